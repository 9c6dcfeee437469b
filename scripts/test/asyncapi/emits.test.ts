/**
 * What the applier tells in a service's stead, held to the document that the services' own events are
 * held to: every event of each real manifest, for every kind of row.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { createEmitter, type OutboxEvent } from '@matapalo/cdc/applier/emitter'
import { type LookUp, payloadOf } from '@matapalo/cdc/applier/payload'
import type { Change } from '@matapalo/cdc/change'
import {
  type CompiledTable,
  compileMapping,
  type Manifest,
  parseManifest,
  type Row,
} from '@matapalo/core'
import { expect } from 'chai'
import { up as catalogUp } from '../../../migrations/catalog/001_catalog.ts'
import { up as shopCatalogUp } from '../../../migrations/monolith/001_catalog.ts'
import { up as shopAccountsUp } from '../../../migrations/monolith/002_accounts.ts'
import { up as shopOrdersUp } from '../../../migrations/monolith/003_orders.ts'
import { up as shopSupportUp } from '../../../migrations/monolith/004_support.ts'
import { up as ordersUp } from '../../../migrations/orders/001_orders.ts'
import { up as supportUp } from '../../../migrations/support/001_support.ts'
import { up as usersUp } from '../../../migrations/users/001_users.ts'
import { eventJudge, readAsyncApi } from '../../src/asyncapi/events.ts'
import { samplesOf } from './samples.ts'
import { shapesOf } from './shapes.ts'

const root = new URL('../../../', import.meta.url)
const services = { catalog: catalogUp, users: usersUp, orders: ordersUp, support: supportUp }
const shopUps = [shopCatalogUp, shopAccountsUp, shopOrdersUp, shopSupportUp]

/** Channel and type of what the old shop cannot do, or does not know that it did. */
const untold: Readonly<Record<string, string>> = {
  'product stock.low': 'an event says what is, and not what was before',
  'ticket ticket.assigned': 'there are no agents there',
  'user user.deleted': 'it anonymises nobody',
}

function read(service: string): Manifest {
  const file = new URL(`services/${service}/manifest.yaml`, root)
  const parsed = parseManifest(readFileSync(file, 'utf8'), 'manifest.yaml')
  if ('problems' in parsed) throw new TypeError(JSON.stringify(parsed.problems))
  return parsed.manifest
}

type Samples = ReadonlyMap<string, readonly Row[]>

const blank = {
  type: 'change',
  serverId: 1,
  query: null,
  payload: '',
  keyChange: null,
  offset: 1n,
  gtid: '0-1-1',
  position: 'p',
} as const

/** What a message with this payload is keyed by. */
const keyOf = (aggregate: string, payload: Told['payload']): string =>
  aggregate === 'ticket'
    ? `${payload.kind}:${payload.id}`
    : String(payload[aggregate === 'product' ? 'book_id' : `${aggregate}_id`])

interface Told extends OutboxEvent {
  readonly payload: Readonly<Record<string, unknown>>
}

/** Everything that any change from one sample to another makes the applier say. */
async function everything(manifest: Manifest, maps: readonly CompiledTable[], samples: Samples) {
  const emitter = createEmitter(manifest.emits, maps)
  const lookUp: LookUp = async (table) => {
    const map = maps.find(({ targets }) => targets.some((target) => target.table === table))
    const [row] = samples.get(map?.source ?? '') ?? []
    if (map === undefined || row === undefined) throw new TypeError(`no rows of ${table}`)
    return map
      .forward(row)
      .filter((one) => one.table === table)
      .map(({ row: found }) => found)
  }
  const told: Told[] = []
  const tell = async (parts: Pick<Change, 'op' | 'table' | 'before' | 'after'>) => {
    for (const event of emitter.eventsOf(manifest.domain, { ...blank, ...parts })) {
      const payload = JSON.parse(await payloadOf(event.emit.payload, event.rows, lookUp))
      told.push({ ...event, payload })
    }
  }
  for (const [table, rows] of samples) {
    for (const row of rows) {
      await tell({ op: 'c', table, before: null, after: row })
      await tell({ op: 'd', table, before: row, after: null })
      for (const before of rows) await tell({ op: 'u', table, before, after: row })
    }
  }
  return told
}

describe('what the applier tells in a service’s stead', () => {
  const judge = eventJudge()
  const { channels } = readAsyncApi()
  const told = new Map<string, readonly Told[]>()

  before(async () => {
    const source = await shapesOf('bookshop', shopUps)
    const shapeOf = (table: string) => {
      const shape = source.find((one) => one.table === table)
      if (shape === undefined) throw new TypeError(`no table ${table}`)
      return shape
    }
    for (const [service, up] of Object.entries(services)) {
      const manifest = read(service)
      const target = await shapesOf(service, [up])
      const maps = manifest.tables.map((one) => compileMapping(one, shapeOf(one.source), target))
      const samples = new Map(
        manifest.tables.map((one) => [one.source, samplesOf(one, shapeOf(one.source))] as const),
      )
      told.set(service, await everything(manifest, maps, samples))
    }
  })

  for (const service of Object.keys(services)) {
    it(`is what its document says: ${service}`, () => {
      const wrong = (told.get(service) ?? []).flatMap(({ emit, payload, aggregateId }) => [
        ...judge({ aggregate: emit.aggregate.type, type: emit.type, payload }),
        ...(keyOf(emit.aggregate.type, payload) === aggregateId ? [] : [`key ${aggregateId}`]),
      ])
      expect([...new Set(wrong)]).to.deep.equal([])
    })

    it(`leaves no rule unused: ${service}`, () => {
      const used = new Set(
        told.get(service)?.map(({ emit: { of, on, type } }) => `${of} ${on} ${type}`),
      )
      const rules = read(service).emits.map(({ of, on, type }) => `${of} ${on} ${type}`)
      expect(rules).to.not.deep.equal([])
      expect(rules.filter((rule) => !used.has(rule))).to.deep.equal([])
    })
  }

  it('is every message there is, but for what the old shop cannot do', () => {
    const messages = Object.entries(channels).flatMap(([channel, { messages }]) =>
      Object.keys(messages).map((type) => `${channel} ${type}`),
    )
    const heard = new Set(
      [...told.values()].flat().map(({ emit }) => `${emit.aggregate.type} ${emit.type}`),
    )
    expect(messages.filter((one) => !heard.has(one))).to.have.members(Object.keys(untold))
  })
})
