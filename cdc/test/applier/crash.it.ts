import { sleep, until } from '@matapalo/runtime'
import { expect } from 'chai'
import kafkajs from 'kafkajs'
import { startStack } from '../../../scripts/src/stack/index.ts'
import { testInstance } from '../../../scripts/src/stack/testing.ts'
import { connectClient, connectorName } from '../../src/connectors.ts'
import { writeMarker } from '../../src/markers.ts'
import { topicPrefix } from '../../src/topics.ts'
import { type Feeds, openFeeds } from '../support/feeds.ts'
import { createShelf, shelfManifest, sourceDigest, targetDigest } from '../support/shelf.ts'

type Stack = Awaited<ReturnType<typeof startStack>>

describe('a feed under SIGKILL', function () {
  this.timeout(240_000)
  let stack: Stack
  let feeds: Feeds

  before(async () => {
    stack = await startStack({
      instance: testInstance('cdc-crash'),
      only: ['monolith-db', 'services-db', 'kafka', 'connect', 'cdc'],
    })
    feeds = openFeeds(stack)
    await createShelf(feeds.monolith, feeds.services)
    await feeds.prepare(shelfManifest(), ['monolith', 'service'])
    await feeds.register(shelfManifest())
    await feeds.settle('shelf')
  })
  after(async () => {
    await feeds?.close()
    await stack?.stop()
  })

  /** Writes until `stop`; each write is one transaction over two tables. */
  const writing = (prefix: string) => {
    let on = true
    let written = 0
    const loop = async (): Promise<void> => {
      while (on) {
        written += 1
        const reference = `${prefix}-${written}`
        await feeds.monolith.transaction(async (session) => {
          await session.execute(
            `INSERT INTO bookshop.shelf_books (isbn, title, price, status, stock, created)
             VALUES ('${reference}', 't', 1.25, 'A', 1, '2026-01-01 10:00:00')`,
          )
          await session.execute(
            `INSERT INTO bookshop.shelf_moves (book_id, delta, reference)
             VALUES (LAST_INSERT_ID(), 1, '${reference}')`,
          )
          await session.execute(
            'UPDATE bookshop.shelf_books SET stock = stock + 1 WHERE id = LAST_INSERT_ID() - 1',
          )
        })
        await sleep(5)
      }
    }
    const running = loop()
    return {
      get written() {
        return written
      },
      stop: async (): Promise<void> => {
        on = false
        await running
      },
    }
  }

  for (const victim of ['cdc', 'connect', 'kafka'] as const) {
    it(`loses and doubles nothing when ${victim} is killed`, async () => {
      const writer = writing(victim)
      for (let round = 0; round < (victim === 'cdc' ? 3 : 1); round += 1) {
        await sleep(1_000)
        stack.kill(victim)
        await sleep(1_500)
      }
      await stack.ready(victim, 60_000)
      await writer.stop()
      await feeds.settle('shelf', 'forward', 120_000)
      expect(writer.written).to.be.greaterThan(20)
      expect(await targetDigest(feeds.services)).to.equal(await sourceDigest(feeds.monolith))
    })
  }

  it('loses and doubles nothing when the producer of a connector is taken out of its transactions', async () => {
    const connect = connectClient(stack.urls.connect ?? '')
    const name = connectorName('monolith')
    const kafka = new kafkajs.Kafka({
      brokers: [stack.urls.kafka ?? ''],
      logLevel: kafkajs.logLevel.NOTHING,
    })
    const stateBecomes = (state: string): Promise<true | undefined> =>
      until(async () => (await connect.status(name)).state === state, {
        timeoutMs: 60_000,
        everyMs: 50,
      })
    const writer = writing('fenced')
    for (let round = 0; round < 3; round += 1) {
      await sleep(300)
      const thief = kafka.producer({
        transactionalId: `matapalo-connect-${name}-0`,
        idempotent: true,
        maxInFlightRequests: 1,
      })
      await thief.connect()
      await (await thief.transaction()).abort()
      await thief.disconnect()
      expect(await stateBecomes('FAILED'), 'the task was fenced').to.equal(true)
      await connect.restart(name)
      expect(await stateBecomes('RUNNING')).to.equal(true)
    }
    await writer.stop()
    await feeds.settle('shelf', 'forward', 120_000)
    expect(await targetDigest(feeds.services)).to.equal(await sourceDigest(feeds.monolith))
  })

  it('finds its schemas again when Connect starts after our own sessions wrote last', async () => {
    // Echoes were the last events of the services' feed before the kill.
    stack.kill('connect')
    await sleep(500)
    await stack.ready('connect', 60_000)
    const connect = connectClient(stack.urls.connect ?? '')
    for (const side of ['monolith', 'service'] as const) {
      const running = await until(
        async () => {
          const status = await connect.status(connectorName(side)).catch(() => null)
          return status?.state === 'RUNNING'
        },
        { timeoutMs: 60_000, everyMs: 250 },
      )
      expect(running, connectorName(side)).to.equal(true)
    }
    await feeds.settle('shelf', 'forward', 60_000)
  })

  it('starts a connector anew that was killed before it had read anything', async () => {
    const connect = connectClient(stack.urls.connect ?? '')
    const name = connectorName('service')
    const ask = (method: string, path: string, body?: unknown): Promise<Response> =>
      fetch(`${stack.urls.connect}/connectors/${name}${path}`, {
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      })
    const becomes = (what: () => Promise<boolean>): Promise<true | undefined> =>
      until(what, { timeoutMs: 60_000, everyMs: 250 })
    // What Debezium leaves then: the offset of its first notification, which names no place.
    const hollow = { offsets: [{ partition: { server: topicPrefix('service') }, offset: {} }] }
    await ask('PUT', '/stop')
    await becomes(async () => (await ask('DELETE', '/offsets')).ok)
    await becomes(async () => (await ask('PATCH', '/offsets', hollow)).ok)
    await ask('PUT', '/resume')
    await becomes(async () => (await connect.status(name)).state === 'FAILED')
    expect((await connect.status(name)).reason).to.contain("'file'")
    expect(await connect.place(name)).to.equal('hollow')
    await connect.startAnew(name)
    const reads = await becomes(async () => {
      await writeMarker(feeds.conductor.service, 'shelf')
      return (await connect.place(name)) === 'stored'
    })
    expect(reads).to.equal(true)
    expect((await connect.status(name)).state).to.equal('RUNNING')
  })
})
