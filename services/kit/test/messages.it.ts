import { expect } from 'chai'
import { sharedStack } from '../../../scripts/src/stack/testing.ts'
import { handleOnce, readEvent } from '../src/consumer.ts'
import { type Database, inTransaction, openDatabase } from '../src/database.ts'
import type { ApiError } from '../src/errors.ts'
import { type IdempotencyKey, once, readIdempotencyKey } from '../src/idempotency.ts'
import { emit } from '../src/outbox.ts'

const schema = `kit_test_${process.pid}`
const tables = [
  'CREATE TABLE inbox (consumer VARCHAR(40), event_id CHAR(36), handled_at DATETIME NOT NULL, PRIMARY KEY (consumer, event_id))',
  'CREATE TABLE outbox (id CHAR(36) PRIMARY KEY, aggregatetype VARCHAR(40), aggregateid VARCHAR(80), type VARCHAR(60), payload LONGTEXT, traceparent VARCHAR(80) NULL, request_id VARCHAR(80) NULL, created_at DATETIME(6))',
  'CREATE TABLE idempotency (subject VARCHAR(80), idempotency_key VARCHAR(80), request_hash CHAR(64) NOT NULL, status SMALLINT NULL, answer LONGTEXT NULL, created_at DATETIME NOT NULL, PRIMARY KEY (subject, idempotency_key))',
  'CREATE TABLE counter (id INT PRIMARY KEY, value INT NOT NULL)',
  'INSERT INTO counter VALUES (1, 0)',
]

describe('messages and repeats', function () {
  this.timeout(60_000)
  let server: Database
  let database: Database
  before(async () => {
    const { urls } = await sharedStack('services-db')
    const url = new URL(urls['services-db.root'] ?? '')
    server = openDatabase(url, 1)
    await server.raw('CREATE DATABASE ??', [schema])
    url.pathname = `/${schema}`
    database = openDatabase(url, 12)
    for (const sql of tables) await database.raw(sql)
  })
  after(async () => {
    await database?.destroy()
    await server?.raw('DROP DATABASE IF EXISTS ??', [schema])
    await server?.destroy()
  })
  beforeEach(() => database('counter').update({ value: 0 }))
  const value = async () => (await database('counter').first('value')).value
  const event = (id: string) => ({ id, type: 'order.paid', aggregateId: '1', payload: {} })

  it('handles an event once, however often and from however many places it comes', async () => {
    const handle = () =>
      handleOnce(database, 'catalog', event('e1'), async (transaction) => {
        await transaction('counter').increment('value')
      })
    const outcomes = await Promise.all(Array.from({ length: 10 }, handle))
    expect(outcomes.filter((one) => one === 'handled')).to.have.length(1)
    expect(await value()).to.equal(1)
  })

  it('handles an event again that failed, and another consumer’s for itself', async () => {
    const failing = handleOnce(database, 'catalog', event('e2'), async () => {
      throw new Error('not now')
    })
    expect(await failing.catch((error: Error) => error.message)).to.equal('not now')
    const nothing = async () => {}
    expect(await handleOnce(database, 'catalog', event('e2'), nothing)).to.equal('handled')
    expect(await handleOnce(database, 'support', event('e2'), nothing)).to.equal('handled')
  })

  it('reads what the router sends, and nothing else', () => {
    const headers = { id: Buffer.from('e3'), eventType: Buffer.from('order.paid') }
    const value = Buffer.from('{"order_id":1}')
    expect(readEvent({ key: Buffer.from('1'), value, headers })).to.deep.equal({
      id: 'e3',
      type: 'order.paid',
      aggregateId: '1',
      payload: { order_id: 1 },
    })
    expect(readEvent({ key: null, value, headers: {} })).to.equal(null)
    expect(readEvent({ key: null, value: Buffer.from('{'), headers })).to.equal(null)
    expect(readEvent({ key: null, value: null, headers })).to.equal(null)
  })

  it('leaves the outbox empty', async () => {
    const id = await inTransaction(database, (transaction) =>
      emit(transaction, {
        aggregateType: 'order',
        aggregateId: '1',
        type: 'order.paid',
        payload: {},
      }),
    )
    expect(id).to.match(/^[0-9a-f-]{36}$/)
    expect(await database('outbox')).to.deep.equal([])
  })

  const key = (name: string, request: unknown = {}): IdempotencyKey => ({
    subject: '7',
    key: name,
    request: ['POST', '/api/orders', request],
  })
  const work = (one: IdempotencyKey) =>
    once(database, one, async (transaction) => {
      await transaction('counter').increment('value')
      return { status: 201, body: { value: (await transaction('counter').first('value')).value } }
    })

  it('does keyed work once and answers alike', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => work(key('k1'))))
    for (const answer of answers) expect(answer).to.deep.equal({ status: 201, body: { value: 1 } })
    expect(await value()).to.equal(1)
    expect((await work({ ...key('k1'), subject: '8' })).body).to.deep.equal({ value: 2 })
  })

  it('refuses a key for another request, and keeps nothing of a failure', async () => {
    await work(key('k2'))
    const error: ApiError = await work(key('k2', { other: 1 })).catch((one) => one)
    expect([error.status, error.code]).to.deep.equal([422, 'idempotency_key_reused'])
    const failed = once(database, key('k3'), async () => {
      throw new Error('broken')
    })
    expect(await failed.catch((one: Error) => one.message)).to.equal('broken')
    expect((await work(key('k3'))).status).to.equal(201)
  })

  it('reads the header bare or quoted', () => {
    expect(readIdempotencyKey(undefined)).to.equal(null)
    expect(readIdempotencyKey('abc')).to.equal('abc')
    expect(readIdempotencyKey('"abc"')).to.equal('abc')
    expect(() => readIdempotencyKey('x'.repeat(81))).to.throw(/Idempotency-Key/)
    expect(() => readIdempotencyKey('a b')).to.throw(/Idempotency-Key/)
  })
})
