import { createHmac, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import request from 'supertest'
import { shopApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import type { Shop } from '../../src/context.ts'
import type { Database } from '../../src/database.ts'

const secret = 'known to two'
const payments = '/api/payments/callbacks/simulated'
const parcels = '/api/shipping/callbacks/simulated'
const paid = () => ({ event: randomUUID(), kind: 'charge', payment: 'r-1', outcome: 'succeeded' })
const shipped = () => ({
  event: randomUUID(),
  order: 'r-1',
  outcome: 'shipped',
  tracking_number: 'T-1',
})

/** A shop without any order; only what a callback meets before it looks for one. */
function shopWith(env: Readonly<Record<string, string>>): Shop {
  const db: Database = {
    query: async () => [],
    run: async () => ({ affectedRows: 0, insertId: 0 }),
    transaction: (work) => work(db),
    close: async () => {},
  }
  const config = readConfig({ DATABASE_URL: 'mysql://a:b@c:1/d', ...env })
  const never = async () => {
    throw new TypeError('nobody is asked')
  }
  return {
    config,
    db,
    showTime: (time) => time,
    catalog: { reserve: never, confirm: never, cancel: never },
    door: { ask: never },
    openSystemSession: never,
  }
}

describe('callbacks', () => {
  const app = shopApp(shopWith({ SHOP_PROVIDER_SECRET: secret }))
  const signed = (body: unknown, by = secret) =>
    `sha256=${createHmac('sha256', by).update(JSON.stringify(body)).digest('hex')}`
  const tell = async (path: string, body: object, signature = signed(body), at = app) => {
    const answer = await request(at).post(path).set('x-provider-signature', signature).send(body)
    return [answer.status, answer.body.error.code, answer.body.error.field]
  }

  for (const [path, body] of [
    [payments, paid()],
    [parcels, shipped()],
  ] as const) {
    it(`${path} believes nobody without the provider's signature`, async () => {
      const refused = [401, 'bad_signature', undefined]
      expect(await tell(path, body, '')).to.deep.equal(refused)
      expect(await tell(path, body, signed(body, 'guessed'))).to.deep.equal(refused)
      expect(await tell(path, body, signed({ ...body, event: randomUUID() }))).to.deep.equal(
        refused,
      )
      expect(await tell(path, body, signed(body).toUpperCase())).to.deep.equal(refused)
    })

    it(`${path} knows no order that was never made`, async () => {
      expect(await tell(path, body)).to.deep.equal([404, 'not_found', undefined])
    })

    it(`${path} is nobody's where the shop has no provider's secret`, async () => {
      const closed = shopApp(shopWith({}))
      expect(await tell(path, body, signed(body), closed)).to.deep.equal([
        404,
        'not_found',
        undefined,
      ])
    })

    for (const field of Object.keys(body)) {
      it(`${path} refuses an odd ${field}`, async () => {
        for (const odd of [undefined, null, 7, '', 'with space', {}]) {
          expect(await tell(path, { ...body, [field]: odd }), String(odd)).to.deep.equal([
            400,
            'invalid_request',
            field,
          ])
        }
      })
    }

    it(`${path} refuses unknown fields`, async () => {
      const odd = { ...body, colour: 'red' }
      expect(await tell(path, odd)).to.deep.equal([400, 'invalid_request', 'colour'])
    })
  }

  it('are only those of the provider that the shop has', async () => {
    const path = '/api/payments/callbacks/somebody'
    expect(await tell(path, paid())).to.deep.equal([404, 'not_found', undefined])
  })
})
