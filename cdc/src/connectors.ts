/**
 * Debezium connectors: rendered from the manifests over one JSON template, and put, asked and
 * restarted through Kafka Connect's REST API. One connector per database server; each domain's
 * tables and its marker are routed to the domain's topic.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { MatapaloError, type Side } from '@matapalo/core'
import { domainTopic, toolkitSchema } from './names.ts'
import { historyTopic, notificationsTopic, signalTopic, topicPrefix } from './topics.ts'

export interface ConnectorDomain {
  readonly domain: string
  /** The application's schema on this connector's server. */
  readonly schema: string
  /** The domain's tables on this side, without schema. */
  readonly tables: readonly string[]
}

export interface ConnectorInput {
  readonly side: Side
  readonly database: {
    readonly host: string
    readonly port: number
    readonly user: string
    readonly password: string
  }
  readonly kafkaBrokers: string
  readonly domains: readonly ConnectorDomain[]
  /** Milliseconds, 30 by default: half of it is lag; each time that there is something is a transaction. */
  readonly pollIntervalMs?: number
}

export interface ConnectorDefinition {
  readonly name: string
  readonly config: Readonly<Record<string, string>>
}

export interface ConnectorStatus {
  /** `RUNNING` only if the connector and each of its tasks are; `MISSING` when there is none. */
  readonly state: 'RUNNING' | 'PAUSED' | 'FAILED' | 'UNASSIGNED' | 'RESTARTING' | 'MISSING'
  /** First line of the failure. */
  readonly reason: string | null
}

/**
 * `hollow`: its first start was cut short after it had announced its snapshot, with an offset that
 * names no place. It has read nothing, and fails at every further start. `unknown`: no answer in two seconds.
 */
export type ConnectorPlace = 'stored' | 'none' | 'hollow' | 'unknown'

/** Kafka Connect refused, or did not answer. */
export class ConnectRefused extends MatapaloError {
  readonly code = 'MATAPALO_CONNECT_REFUSED'
  override readonly retryable = true

  constructor(action: string, fact: string, cause?: unknown) {
    super(`Kafka Connect: ${action}: ${fact}; run: matapalo status`, { cause })
  }
}

export const connectorName = (side: Side): string =>
  side === 'monolith' ? 'matapalo-monolith' : 'matapalo-services'

/** Must differ from every server id and between connectors of one server. */
const serverId = (side: Side): string => (side === 'monolith' ? '5401' : '5402')

const template = new URL('../connectors/source.json', import.meta.url)

/** Escapes what has a meaning in the connector's regular expressions. */
export const pattern = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Pure but for reading the template. */
export function renderConnector(input: ConnectorInput): ConnectorDefinition {
  const { side, database, domains } = input
  const captured = domains.flatMap(({ domain, schema, tables }) => [
    ...tables.map((table) => `${pattern(schema)}\\.${pattern(table)}`),
    `${toolkitSchema}\\.marker_${pattern(domain)}`,
  ])
  const values: Readonly<Record<string, string>> = {
    NAME: connectorName(side),
    DATABASE_HOST: database.host,
    DATABASE_PORT: String(database.port),
    DATABASE_USER: database.user,
    DATABASE_PASSWORD: database.password,
    DATABASE_SERVER_ID: serverId(side),
    DATABASE_SSL_MODE: 'disable',
    TOPIC_PREFIX: topicPrefix(side),
    SCHEMAS: [...new Set([...domains.map(({ schema }) => schema), toolkitSchema])].join(','),
    TABLES: [...captured, `${toolkitSchema}\\.debezium_signal`].join(','),
    KAFKA_BROKERS: input.kafkaBrokers,
    HISTORY_TOPIC: historyTopic(side),
    SIGNAL_TOPIC: signalTopic(side),
    NOTIFICATIONS_TOPIC: notificationsTopic(side),
    POLL_INTERVAL_MS: String(input.pollIntervalMs ?? 30),
  }
  // The template is ours: its shape is checked by a test.
  const parsed = JSON.parse(readFileSync(template, 'utf8')) as ConnectorDefinition
  const { name, config } = fillTemplate(parsed, 'connectors/source.json', values)
  return { name, config: { ...config, ...routing(side, domains) } }
}

/** Puts values in the place of a template's `${NAME}`s. @throws TypeError for a name without one */
export function fillTemplate(
  template: ConnectorDefinition,
  file: string,
  values: Readonly<Record<string, string>>,
): ConnectorDefinition {
  const fill = (text: string): string =>
    text.replace(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = values[name]
      if (value === undefined) throw new TypeError(`${file}: unknown \${${name}}`)
      return value
    })
  const config: Record<string, string> = {}
  for (const [key, value] of Object.entries(template.config)) config[key] = fill(value)
  return { name: fill(template.name), config }
}

/** One router per domain; the key says which table a record is of, since primary keys collide. */
function routing(
  side: Side,
  domains: readonly ConnectorDomain[],
): Readonly<Record<string, string>> {
  const config: Record<string, string> = {
    transforms: domains.map((_, at) => `domain${at}`).join(','),
  }
  for (const [at, { domain, schema, tables }] of domains.entries()) {
    const prefix = `transforms.domain${at}`
    const own = tables.map((table) => `${pattern(schema)}\\.${pattern(table)}`)
    const marker = `${toolkitSchema}\\.marker_${pattern(domain)}`
    config[`${prefix}.type`] = 'io.debezium.transforms.ByLogicalTableRouter'
    // The router matches the whole name, but replaces what is found first: without its end, `cart` would
    // be found in `cart_item`, and the rest of that name would make a topic that nobody reads.
    config[`${prefix}.topic.regex`] =
      `^${pattern(topicPrefix(side))}\\.(?:${[...own, marker].join('|')})$`
    config[`${prefix}.topic.replacement`] = domainTopic(side, domain)
    config[`${prefix}.key.enforce.uniqueness`] = 'true'
    config[`${prefix}.key.field.name`] = '__table'
  }
  return config
}

export interface ConnectClient {
  /** Creates, or changes the configuration. */
  put(definition: ConnectorDefinition): Promise<void>
  status(name: string): Promise<ConnectorStatus>
  /** Where its source would be read from after a restart. */
  place(name: string): Promise<ConnectorPlace>
  /** Connector and tasks. */
  restart(name: string): Promise<void>
  /** Starts it as one that has never been anywhere: it reads what is written from now on. */
  startAnew(name: string): Promise<void>
  delete(name: string): Promise<void>
}

/**
 * 2000 (two seconds). A task that failed within a Kafka transaction leaves it open, and until that one has
 * timed out Connect itself cannot read its offsets to the end; a restart ends it at once.
 */
const placeMs = 2_000

const states = new Set(['RUNNING', 'PAUSED', 'FAILED', 'UNASSIGNED', 'RESTARTING'])

interface RestStatus {
  readonly connector: { readonly state: string; readonly trace?: string }
  readonly tasks: readonly { readonly state: string; readonly trace?: string }[]
}

interface RestOffsets {
  readonly offsets: readonly { readonly offset: Readonly<Record<string, unknown>> | null }[]
}

/** @param url of Connect's REST API */
export function connectClient(url: URL | string): ConnectClient {
  const call = async (
    action: string,
    method: string,
    path: string,
    body?: unknown,
    limitMs = 15_000,
  ): Promise<Response> => {
    try {
      return await fetch(new URL(path, url), {
        method,
        signal: AbortSignal.timeout(limitMs),
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      })
    } catch (cause) {
      throw new ConnectRefused(action, 'no answer', cause)
    }
  }
  const must = async (action: string, response: Response, also?: number): Promise<Response> => {
    if (response.ok || response.status === also) return response
    // Connect's message may quote the configuration: only the status goes on.
    throw new ConnectRefused(action, `status ${response.status}`)
  }
  /** Asks again, four times a second, up to `times`. */
  const patiently = async (
    ask: () => Promise<Response>,
    tooEarly: (response: Response) => boolean,
    times: number,
  ): Promise<Response> => {
    for (let left = times; ; left -= 1) {
      const response = await ask()
      if (!tooEarly(response) || left === 0) return response
      await response.body?.cancel()
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
  const at = (name: string): string => `/connectors/${encodeURIComponent(name)}`

  return {
    async put({ name, config }) {
      const action = `put ${name}`
      const put = () => call(action, 'PUT', `${at(name)}/config`, config)
      // 409: a rebalance is under way.
      await must(action, await patiently(put, ({ status }) => status === 409, 20))
    },
    async status(name) {
      const response = await call(`status ${name}`, 'GET', `${at(name)}/status`)
      if (response.status === 404) return { state: 'MISSING', reason: null }
      await must(`status ${name}`, response)
      const { connector, tasks } = (await response.json()) as RestStatus // Connect's documented shape
      const bad = [connector, ...tasks].find(({ state }) => state !== 'RUNNING')
      if (bad === undefined && tasks.length > 0) return { state: 'RUNNING', reason: null }
      const state = bad !== undefined && states.has(bad.state) ? bad.state : 'UNASSIGNED'
      return {
        state: state as ConnectorStatus['state'], // of the set above
        reason: bad?.trace?.split('\n', 1)[0] ?? null,
      }
    },
    async place(name) {
      const path = `${at(name)}/offsets`
      const response = await call(`offsets of ${name}`, 'GET', path, undefined, placeMs).catch(
        () => null,
      )
      if (response === null) return 'unknown'
      if (!response.ok) {
        await response.body?.cancel()
        return 'unknown'
      }
      const { offsets } = (await response.json()) as RestOffsets // Connect's documented shape
      const places = offsets.map(({ offset }) => offset).filter((offset) => offset !== null)
      // A snapshot that is cut short begins anew, later.
      if (places.some((offset) => 'file' in offset && !('snapshot' in offset))) return 'stored'
      return places.some((offset) => !('file' in offset)) ? 'hollow' : 'none'
    },
    async restart(name) {
      const action = `restart ${name}`
      await must(
        action,
        await call(action, 'POST', `${at(name)}/restart?includeTasks=true&onlyFailed=false`),
      )
    },
    async startAnew(name) {
      const action = `start ${name} anew`
      await must(action, await call(action, 'PUT', `${at(name)}/stop`))
      const forget = () => call(action, 'DELETE', `${at(name)}/offsets`)
      // Refused until its task has ended.
      await must(action, await patiently(forget, ({ ok }) => !ok, 40))
      await must(action, await call(action, 'PUT', `${at(name)}/resume`))
    },
    async delete(name) {
      await must(`delete ${name}`, await call(`delete ${name}`, 'DELETE', at(name)), 404)
    },
  }
}
