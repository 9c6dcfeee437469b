/**
 * Whole edges, in process, over real databases and a real Redis. The applier is played by the test:
 * it moves the state row, so that "not applied yet" lasts as long as the test wants.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureMarker, readMarker, writeOwnerMarker } from '@matapalo/cdc/markers'
import { ensureToolkitTables } from '@matapalo/cdc/schema'
import type { DomainState, RouteTable } from '@matapalo/core'
import { type Db, openDb, readConfig, silentLog, sleep, until } from '@matapalo/runtime'
import { expect } from 'chai'
import type { Stack } from '../../scripts/src/stack/index.ts'
import { suiteStack } from '../../scripts/src/stack/testing.ts'
import { edgeSettings, refuseFaults } from '../src/config.ts'
import { type Edge, startEdge } from '../src/edge.ts'
import { catalog, listen, routes, type Upstream, upstream } from './harness.ts'

const nobody = 'http://127.0.0.1:9'

describe('Edge', function () {
  this.timeout(60_000)
  const shared = suiteStack({ name: 'edge', only: ['monolith-db', 'services-db', 'redis'] })
  const edges: Edge[] = []
  const seen: string[] = []
  let stack: Stack
  let monolithDb: Db
  let servicesDb: Db
  let ledger: Db
  let monolith: Upstream
  let service: Upstream
  let folder: string
  let control: Server | undefined
  let streams: Set<ServerResponse>
  let acks: { readonly epoch: number; readonly drained: boolean }[]
  let epoch = 0
  let state: DomainState

  const url = (name: string): URL => new URL(stack.urls[name] as string)

  before(async () => {
    stack = await shared.get()
    folder = await mkdtemp(join(tmpdir(), 'matapalo-edge-'))
    monolithDb = openDb({ url: url('monolith-db.matapalo_conductor') })
    servicesDb = openDb({ url: url('services-db.matapalo_conductor') })
    ledger = openDb({ url: url('services-db.ledger') })
    for (const db of [monolithDb, servicesDb]) {
      await ensureToolkitTables(db, 'catalog')
      await ensureMarker(db, 'catalog')
      await writeOwnerMarker(db, 'catalog', { term: 3, owner: 'service', seq: 1 })
    }
    const marker = await readMarker(servicesDb, 'catalog')
    await monolithDb.execute(
      `INSERT INTO matapalo.applier_state (domain, direction, mode, term, token, generation)
       VALUES ('catalog', 'reverse', 'apply', 3, ?, ?)`,
      [marker?.n ?? 0n, marker?.generation ?? ''],
    )
    const answer = (name: string) => (req: IncomingMessage, res: ServerResponse) => {
      seen.push(`${name} ${req.url}`)
      res.end(name)
    }
    monolith = await upstream((req, res) => {
      if (req.url === '/api/session') res.end('{"user":null}')
      else if (req.url === '/orders/never') seen.push('monolith /orders/never')
      else answer('monolith')(req, res)
    })
    service = await upstream(answer('service'))
  })
  after(async () => {
    await Promise.all([monolith.stop(), service.stop()])
    await Promise.all([monolithDb.close(), servicesDb.close(), ledger.close()])
    await rm(folder, { recursive: true, force: true })
  })

  beforeEach(() => {
    seen.length = 0
    streams = new Set()
    acks = []
    state = { ...catalog, phase: 'service', owner: 'service', term: 4 }
  })
  afterEach(async () => {
    for (const edge of edges) await edge.stop()
    edges.length = 0
    await closeControl()
  })

  const publish = async (change: Partial<DomainState> = {}): Promise<RouteTable> => {
    state = { ...state, ...change }
    const table: RouteTable = {
      epoch: ++epoch,
      domains: [state],
      routes,
      upstreams: { monolith: [monolith.url], catalog: [service.url] },
    }
    await ledger.execute('INSERT INTO route_table (epoch, body) VALUES (?, ?)', [
      epoch,
      JSON.stringify(table),
    ])
    for (const res of streams) res.write(`${JSON.stringify({ type: 'table', table })}\n`)
    return table
  }
  const openControl = async (port = 0): Promise<string> => {
    control = createServer((req, res) => {
      if (req.headers.authorization !== 'Bearer edge-token') {
        res.writeHead(401).end()
      } else if (req.url?.includes('/stream')) {
        streams.add(res)
        res.on('close', () => streams.delete(res))
        const ping = setInterval(() => res.write('{"type":"ping"}\n'), 100)
        res.on('close', () => clearInterval(ping))
        res.write('{"type":"ping"}\n')
      } else {
        let text = ''
        req.on('data', (chunk) => {
          text += chunk
        })
        req.on('end', () => {
          acks.push(JSON.parse(text))
          res.writeHead(204).end()
        })
      }
    })
    return listen(control, port)
  }
  const closeControl = async (): Promise<void> => {
    const server = control
    control = undefined
    if (server === undefined) return
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  const open = async (over: Record<string, string> = {}): Promise<Edge> => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const edge = await startEdge(
      refuseFaults(
        readConfig(edgeSettings, {
          EDGE_ID: `edge-${randomUUID().slice(0, 8)}`,
          EDGE_PORT: '0',
          EDGE_ADMIN_PORT: '0',
          CONTROL_URL: nobody,
          MATAPALO_EDGE_TOKEN: 'edge-token',
          LEDGER_URL: url('services-db.ledger_reader').href,
          MONOLITH_DB_URL: url('monolith-db.matapalo_edge').href,
          SERVICES_DB_URL: url('services-db.matapalo_edge').href,
          REDIS_URL: url('redis').href,
          EDGE_IDENTITY_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
          EDGE_STATE_DIR: join(folder, randomUUID()),
          ...over,
        }),
      ),
      silentLog,
    )
    edges.push(edge)
    return edge
  }
  const standing = async (edge: Edge): Promise<Record<string, unknown>> =>
    (await (await fetch(`${edge.adminUrl}/readyz`)).json()) as Record<string, unknown>
  const inForce = async (edge: Edge, wanted: number): Promise<void> => {
    const came = await until(async () => (await standing(edge)).epoch === wanted, {
      timeoutMs: 8_000,
    })
    expect(came, `epoch ${wanted} in force`).to.equal(true)
  }
  const put = (edge: Edge, cookie: string): Promise<Response> =>
    fetch(`${edge.url}/api/books/1`, { method: 'PUT', body: 'x', headers: { cookie } })
  const page = (edge: Edge, cookie: string): Promise<Response> =>
    fetch(`${edge.url}/books/1`, { headers: { cookie } })
  const applyAll = async (): Promise<void> => {
    const marker = await readMarker(servicesDb, 'catalog')
    await monolithDb.execute(
      "UPDATE matapalo.applier_state SET token = ? WHERE domain = 'catalog' AND direction = 'reverse'",
      [marker?.n ?? 0n],
    )
  }
  /** Applies everything, again and again, until the promise settles. */
  const applyUntil = async <T>(promise: Promise<T>): Promise<T> => {
    let waiting = true
    const settled = promise.finally(() => {
      waiting = false
    })
    while (waiting) {
      await applyAll()
      await sleep(10)
    }
    return settled
  }
  /** Gets what an edge asks for at its start (floors) out of the way. */
  const settle = async (edge: Edge): Promise<void> => {
    for (let calm = 0; calm < 3; calm++) await applyUntil(page(edge, 'sid=settle'))
    seen.length = 0
  }
  const pageSeen = () => seen.includes('monolith /books/1')

  it('holds a page at one edge until what was written through the other is applied', async () => {
    const table = await publish()
    const [one, two] = [await open(), await open()]
    await inForce(one, table.epoch)
    await inForce(two, table.epoch)
    await until(async () => (await standing(one)).store && (await standing(two)).store, {
      timeoutMs: 3_000,
    })
    await settle(one)
    await settle(two)
    seen.length = 0
    expect(await (await put(one, 'sid=ana')).text()).to.equal('service')
    const own = page(two, 'sid=ana')
    expect((await page(two, 'sid=bo')).status).to.equal(200)
    seen.length = 0
    await sleep(100)
    expect(pageSeen()).to.equal(false)
    expect((await applyUntil(own)).status).to.equal(200)
    expect(pageSeen()).to.equal(true)
  })

  it('forgets nothing when Redis is killed', async () => {
    const table = await publish()
    const one = await open()
    await inForce(one, table.epoch)
    await until(async () => (await standing(one)).store, { timeoutMs: 3_000 })
    await settle(one)
    expect((await put(one, 'sid=cleo')).status).to.equal(200)
    stack.kill('redis')
    await until(async () => !(await standing(one)).store, { timeoutMs: 3_000 })
    const during = page(one, 'sid=cleo')
    await stack.ready('redis')
    await until(async () => (await standing(one)).store, { timeoutMs: 5_000 })
    const after = page(one, 'sid=cleo')
    await sleep(150)
    expect(pageSeen()).to.equal(false)
    await sleep(50)
    expect((await applyUntil(during)).status).to.equal(200)
    expect((await applyUntil(after)).status).to.equal(200)
  })

  it("holds a write's answer until it is applied while Redis is away", async () => {
    const table = await publish()
    const one = await open({ REDIS_URL: 'redis://127.0.0.1:9' })
    await inForce(one, table.epoch)
    let answered = false
    const writing = put(one, 'sid=dora').then((answer) => {
      answered = true
      return answer.status
    })
    await until(() => seen.includes('service /api/books/1'), { timeoutMs: 3_000 })
    await sleep(100)
    expect(answered).to.equal(false)
    expect(await applyUntil(writing)).to.equal(200)
  })

  it('follows the stream, acknowledges, and goes on by the ledger when the control plane is gone', async () => {
    const controlUrl = await openControl()
    const one = await open({ CONTROL_URL: controlUrl })
    const id = (await standing(one)).edge as string
    await until(() => streams.size === 1, { timeoutMs: 3_000 })
    const table = await publish()
    await inForce(one, table.epoch)
    await until(() => acks.at(-1)?.epoch === table.epoch, { timeoutMs: 3_000 })
    expect(acks.at(-1)).to.deep.equal({ epoch: table.epoch, drained: true, inFlight: {} })
    await closeControl()
    const held = await publish({ hold: true })
    await inForce(one, held.epoch)
    const row = await until(
      async () => {
        const [found] = await ledger.query('SELECT * FROM edge WHERE id = ?', [id])
        return Number(found?.drained_epoch) === held.epoch && found
      },
      { timeoutMs: 3_000 },
    )
    expect(Number(row?.acked_epoch)).to.equal(held.epoch)
    expect((await standing(one)).isolated).to.equal(false)
    await openControl(Number(new URL(controlUrl).port))
    await until(() => streams.size === 1, { timeoutMs: 3_000 })
    const released = await publish({ hold: false })
    await inForce(one, released.epoch)
    await until(() => acks.at(-1)?.epoch === released.epoch, { timeoutMs: 3_000 })
  })

  it('reports drained only when a write decided before the hold has ended', async () => {
    const slow = await upstream((_req, res) => {
      setTimeout(() => res.end('late'), 400)
    })
    const controlUrl = await openControl()
    const one = await open({ CONTROL_URL: controlUrl })
    await until(() => streams.size === 1, { timeoutMs: 3_000 })
    const fast = service
    service = slow
    const table = await publish({ owner: 'service' })
    await inForce(one, table.epoch)
    const writing = put(one, 'sid=eva')
    await sleep(50)
    const held = await publish({ hold: true })
    await until(() => acks.some((ack) => ack.epoch === held.epoch), { timeoutMs: 3_000 })
    expect(acks.find((ack) => ack.epoch === held.epoch)).to.deep.equal({
      epoch: held.epoch,
      drained: false,
      inFlight: { catalog: 1 },
    })
    // Its own answer waits for its token, and yet the upstream is done.
    await until(() => acks.some((ack) => ack.epoch === held.epoch && ack.drained), {
      timeoutMs: 3_000,
    })
    expect((await applyUntil(writing)).status).to.equal(200)
    service = fast
    await publish({ hold: false })
    await slow.stop()
  })

  it('holds reads of a held domain too once it has heard of nobody for a second', async () => {
    const controlUrl = await openControl()
    const one = await open({
      CONTROL_URL: controlUrl,
      LEDGER_URL: 'mysql://a:b@127.0.0.1:9/ledger',
    })
    await until(() => streams.size === 1, { timeoutMs: 3_000 })
    const held = await publish({ hold: true })
    await inForce(one, held.epoch)
    expect((await fetch(`${one.url}/api/books/1`)).status).to.equal(200)
    const port = Number(new URL(controlUrl).port)
    await closeControl()
    await until(async () => (await standing(one)).isolated, { timeoutMs: 3_000 })
    let answered = false
    const read = fetch(`${one.url}/api/books/1`).then((answer) => {
      answered = true
      return answer.status
    })
    expect((await fetch(`${one.url}/orders`)).status).to.equal(200)
    await sleep(100)
    expect(answered).to.equal(false)
    await openControl(port)
    expect(await read).to.equal(200)
    const { samples } = (await (await fetch(`${one.adminUrl}/holds`)).json()) as {
      samples: { ms: number; outcome: string }[]
    }
    expect(samples.length).to.equal(1)
    expect(samples[0]?.outcome).to.equal('released')
    expect(samples[0]?.ms).to.be.greaterThan(90)
    await publish({ hold: false })
  })

  it('boots with the stored table when nobody answers, but not into a transfer', async () => {
    const stateDir = join(folder, 'kept')
    const table = await publish()
    const first = await open({ EDGE_STATE_DIR: stateDir })
    await inForce(first, table.epoch)
    await first.stop()
    const alone = { EDGE_STATE_DIR: stateDir, LEDGER_URL: 'mysql://a:b@127.0.0.1:9/ledger' }
    const second = await open(alone)
    expect((await fetch(`${second.url}/orders`)).status).to.equal(503)
    await inForce(second, table.epoch)
    expect((await fetch(`${second.url}/orders`)).status).to.equal(200)
    await second.stop()
    const held = await publish({ hold: true })
    const third = await open({ EDGE_STATE_DIR: stateDir })
    await inForce(third, held.epoch)
    await third.stop()
    const fourth = await open(alone)
    await sleep(3_500)
    expect((await fetch(`${fourth.url}/orders`)).status).to.equal(503)
    await publish({ hold: false })
  })

  it('finds out who somebody is while clients have every connection', async () => {
    const table = await publish()
    const one = await open({ EDGE_UPSTREAM_CONNECTIONS: '1', EDGE_LINE_MAX_MS: '200' })
    await inForce(one, table.epoch)
    const leaving = new AbortController()
    const never = fetch(`${one.url}/orders/never`, { signal: leaving.signal }).catch(() => 'left')
    await until(() => seen.includes('monolith /orders/never'), { timeoutMs: 3_000 })
    expect((await fetch(`${one.url}/orders`)).status).to.equal(503)
    const begun = performance.now()
    const staff = await fetch(`${one.url}/api/staff/1`, { headers: { cookie: 'sid=nobody' } })
    expect(staff.status).to.equal(401)
    expect(performance.now() - begun).to.be.lessThan(3_000)
    leaving.abort()
    expect(await never).to.equal('left')
  })

  it('stops gracefully: not ready first, and what is under way gets its answer', async () => {
    const slow = await upstream((_req, res) => {
      setTimeout(() => res.end('late'), 300)
    })
    const fast = monolith
    monolith = slow
    const table = await publish()
    const one = await open()
    await inForce(one, table.epoch)
    const asking = fetch(`${one.url}/orders`)
    await sleep(50)
    const stopping = one.stop()
    await sleep(20)
    expect((await standing(one)).reason).to.equal('stopping')
    const answer = await asking
    expect(await answer.text()).to.equal('late')
    await stopping
    monolith = fast
    await slow.stop()
  })
})
