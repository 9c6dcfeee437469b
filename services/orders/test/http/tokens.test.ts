import { openDatabase } from '@bookshop/kit/database'
import { expect } from 'chai'
import { newMint } from '../../../kit/test/pen.ts'
import { unrefused } from '../../../kit/test/refusesTokens.ts'
import { type Running, runApp } from '../running.ts'

/** Who calls is found out before anything is looked up, so no database needs to be there. */
const nowhere = () => openDatabase(new URL('mysql://x:x@127.0.0.1:2/x'), 1)

describe('bad tokens at the orders service', function () {
  this.timeout(30_000)
  const mint = newMint()
  const database = nowhere()
  let service: Running
  const never = async (): Promise<never> => {
    throw new Error('nobody reserves here')
  }
  before(async () => {
    const catalog = { reserve: never, confirm: never, cancel: never, books: never }
    service = await runApp({
      database,
      // It is never asked.
      catalog: catalog as unknown as Parameters<typeof runApp>[0]['catalog'],
      believes: mint,
    })
  })
  after(async () => {
    await service?.stop()
    await database.destroy()
  })

  // A good token of a customer is known, and may not do this.
  it('are all answered 401', async () => {
    const { url } = service
    const door = { url, method: 'POST', path: '/api/orders/1/refund', known: 403 }
    expect(await unrefused(mint, door)).to.deep.equal([])
  })

  it('are not mended by a good identity of the edge beside them', async () => {
    const identity = await service.identity({ id: 7, roles: ['staff'] })
    const fields = [`X-Matapalo-Identity: ${identity}`]
    const door = { url: service.url, method: 'POST', path: '/api/orders/1/refund', known: 403 }
    expect(await unrefused(mint, { ...door, fields })).to.deep.equal([])
  })
})
