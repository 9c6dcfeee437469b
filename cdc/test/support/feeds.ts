/**
 * Prepares a domain for feed tests as `matapalo prepare` would: toolkit tables, markers, fences,
 * triggers, topics, connectors, the ledger's rows.
 *
 * @module
 */
import type { Direction, Manifest } from '@matapalo/core'
import { type Db, openDb, silentLog, until } from '@matapalo/runtime'
import { readApplierState } from '../../src/applierState.ts'
import { awaitApplied } from '../../src/barrier.ts'
import { connectClient, connectorName, renderConnector } from '../../src/connectors.ts'
import { type Kafka, openKafka } from '../../src/feed.ts'
import { ensureFence, installTriggers } from '../../src/fence.ts'
import { ensureMarker, readMarker, writeMarker, writeOwnerMarker } from '../../src/markers.ts'
import { applierAccount, conductorAccount, feedName } from '../../src/names.ts'
import { ensureToolkitTables } from '../../src/schema.ts'
import { ensureFeedTopics } from '../../src/topics.ts'

/** The parts of a stack that feeds need. */
export interface FeedPlaces {
  readonly urls: Readonly<Record<string, string>>
  readonly ports: Readonly<Record<string, Readonly<Record<string, number>>>>
}

export interface Feeds {
  readonly monolith: Db
  readonly services: Db
  readonly conductor: { readonly monolith: Db; readonly service: Db }
  readonly kafka: Kafka
  prepare(manifest: Manifest, sides?: readonly ('monolith' | 'service')[]): Promise<void>
  /** Registers the domain in the ledger, or a new version of its manifest. */
  register(manifest: Manifest): Promise<void>
  /** Writes a marker at the source and waits until it is applied. */
  settle(domain: string, direction?: Direction, timeoutMs?: number): Promise<number>
  close(): Promise<void>
}

const address = (places: FeedPlaces, name: string): URL => {
  const url = places.urls[name]
  if (url === undefined) throw new TypeError(`no url ${name}`)
  return new URL(url)
}

export function openFeeds(places: FeedPlaces): Feeds {
  const monolith = openDb({ url: address(places, 'monolith-db.root'), poolSize: 8 })
  const services = openDb({ url: address(places, 'services-db.root'), poolSize: 8 })
  const conductor = {
    monolith: openDb({ url: address(places, 'monolith-db.matapalo_conductor'), poolSize: 3 }),
    service: openDb({ url: address(places, 'services-db.matapalo_conductor'), poolSize: 3 }),
  }
  const brokers = places.urls.kafka ?? ''
  const kafka = openKafka([brokers], silentLog)
  const connect = connectClient(address(places, 'connect'))

  const prepareSide = async (manifest: Manifest, side: 'monolith' | 'service'): Promise<void> => {
    const { domain, schemas, tables } = manifest
    const db = conductor[side]
    await ensureToolkitTables(db, domain)
    await ensureMarker(db, domain)
    await ensureFence(db, domain, { closed: side === 'service', term: 1 })
    await writeOwnerMarker(db, domain, { term: 1, owner: 'monolith', seq: 1 })
    const own =
      side === 'monolith'
        ? { schema: schemas.source, tables: tables.map(({ source }) => source) }
        : {
            schema: schemas.target,
            tables: tables.flatMap(({ targets }) => targets.map(({ table }) => table)),
          }
    const passing = [applierAccount, conductorAccount]
    await installTriggers(db, { domain, ...own, passing }, { budgetMs: 5_000 })
  }

  const startConnector = async (manifest: Manifest, side: 'monolith' | 'service') => {
    const { domain, schemas, tables } = manifest
    await ensureFeedTopics(kafka, side, [domain])
    const url = address(places, `${side === 'monolith' ? 'monolith' : 'services'}-db.matapalo_feed`)
    await connect.put(
      renderConnector({
        side,
        database: {
          host: url.hostname,
          port: Number(url.port),
          user: decodeURIComponent(url.username),
          password: decodeURIComponent(url.password),
        },
        kafkaBrokers: brokers,
        domains: [
          side === 'monolith'
            ? { domain, schema: schemas.source, tables: tables.map(({ source }) => source) }
            : {
                domain,
                schema: schemas.target,
                tables: tables.flatMap(({ targets }) => targets.map(({ table }) => table)),
              },
        ],
      }),
    )
    const name = connectorName(side)
    const running = await until(
      async () => {
        await writeMarker(conductor[side], domain)
        return (await connect.place(name)) === 'stored'
      },
      { timeoutMs: 30_000, everyMs: 200 },
    )
    if (running !== true) throw new Error(JSON.stringify(await connect.status(name)))
  }

  return {
    monolith,
    services,
    conductor,
    kafka,
    async prepare(manifest, sides = ['monolith']) {
      for (const side of ['monolith', 'service'] as const) await prepareSide(manifest, side)
      for (const side of sides) await startConnector(manifest, side)
    },
    async register(manifest) {
      const { domain } = manifest
      const [row] = await services.query(
        'SELECT COALESCE(MAX(version), 0) + 1 AS v FROM ledger.manifest WHERE domain = ?',
        [domain],
      )
      const version = Number(row?.v)
      await services.execute(
        `INSERT INTO ledger.manifest (domain, version, yaml, json, file, actor) VALUES (?, ?, '', ?, '', 'test')`,
        [domain, version, JSON.stringify(manifest)],
      )
      await services.execute(
        `INSERT INTO ledger.domain (name, phase, owner, term, owner_term, fence_seq, manifest_version)
         VALUES (?, 'backfill', 'monolith', 1, 1, 1, ?) ON DUPLICATE KEY UPDATE manifest_version = ?`,
        [domain, version, version],
      )
    },
    async settle(domain, direction = 'forward', timeoutMs = 60_000) {
      const [source, target] = direction === 'forward' ? [monolith, services] : [services, monolith]
      const state = await until(() => stateOf(target, domain, direction), { timeoutMs })
      const marker = await readMarker(source, domain)
      if (state === undefined || marker === null)
        throw new Error(`${feedName(domain, direction)}: no state`)
      const token = await writeMarker(source, domain)
      const { term } = marker
      const barrier = { domain, direction, token, term, rogueAtMost: 1_000n, timeoutMs }
      return (await awaitApplied(target, barrier)).ms
    },
    async close() {
      await kafka.close()
      for (const db of [monolith, services, conductor.monolith, conductor.service]) await db.close()
    },
  }
}

/** The state row, once it has an owner's term. */
async function stateOf(target: Db, domain: string, direction: Direction) {
  const state = await readApplierState(target, domain, direction)
  return state === null || state.term === 0 ? undefined : state
}
