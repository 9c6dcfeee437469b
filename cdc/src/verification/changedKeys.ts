/**
 * Which keys changed since an offset of the domain's topic: what `verifyLast` compares. Started at the
 * claim of a transfer, so that it has caught up before anybody is held.
 *
 * @module
 */
import { MatapaloError, type Row, type Side, type TableShape } from '@matapalo/core'
import { until } from '@matapalo/runtime'
import type { FeedEvent } from '../change.ts'
import { envelopeDecoder } from '../envelope.ts'
import type { Kafka, Message } from '../feed.ts'
import { domainTopic } from '../names.ts'
import type { KeysByTable } from './compareKeys.ts'
import { keyText, type Pair } from './pair.ts'

/** The keys to compare are not known, or too many: verify the domain again, before a transfer. */
export class ChangedKeysUnknown extends MatapaloError {
  readonly code = 'MATAPALO_CHANGED_KEYS_UNKNOWN'
  override readonly retryable = true

  constructor(domain: string, fact: string) {
    super(`${domain}: ${fact}; run: matapalo verify ${domain}`)
  }
}

export interface ChangedKeysOptions {
  readonly kafka: Pick<Kafka, 'feed' | 'bounds'>
  readonly domain: string
  /** Whose changes: the owner. */
  readonly side: Side
  /** The application's schema on that side. */
  readonly schema: string
  readonly pairs: readonly Pair[]
  /** `fromOffset` of the last clean verification. */
  readonly from: bigint
  /** More keys than this are refused, 20,000 by default. */
  readonly keysAtMost?: number
}

export interface ChangedKeys {
  /**
   * The keys that changed before the marker with this token.
   *
   * @throws ChangedKeysUnknown when it was not met in time, or keys were lost
   */
  until(token: bigint, timeoutMs: number): Promise<KeysByTable>
  /** The same by the topic: everything before this offset (the applier's `offset` at the barrier). */
  untilOffset(next: bigint, timeoutMs: number): Promise<KeysByTable>
  /** As far as it has read. */
  keys(): KeysByTable
  count(): number
  /** Why the keys cannot be told; null when they can. */
  problem(): string | null
  stop(): Promise<void>
}

/** Collects keys; pure but for its memory. */
export interface KeyCollector {
  take(event: FeedEvent): void
  readonly token: bigint
  readonly truncated: string | null
  keys(): KeysByTable
  count(): number
}

export function collectKeys(side: Side, pairs: readonly Pair[]): KeyCollector {
  const found = new Map<string, Map<string, Row>>()
  let token = -1n
  let truncated: string | null = null
  let count = 0
  const owners = new Map(
    pairs.flatMap((pair) =>
      side === 'monolith'
        ? [[pair.compiled.source, pair] as const]
        : pair.compiled.targets.map(({ table }) => [table, pair] as const),
    ),
  )
  const sourceKey = (pair: Pair, table: string, row: Row): Row => {
    const { compiled } = pair
    const whole = side === 'monolith' ? row : compiled.backwardKey(table, row)
    return Object.fromEntries(compiled.keyColumns.map((name) => [name, whole[name] ?? null]))
  }
  return {
    take(event) {
      if (event.type === 'marker') {
        if (event.token > token) token = event.token
        return
      }
      const pair = owners.get(event.table)
      if (pair === undefined) return
      if (event.op === 't') truncated = event.table
      const keys = found.get(pair.compiled.source) ?? new Map<string, Row>()
      found.set(pair.compiled.source, keys)
      for (const row of [event.before, event.after]) {
        if (row === null) continue
        const key = sourceKey(pair, event.table, row)
        const text = keyText(pair.compiled.keyColumns, key)
        if (keys.has(text)) continue
        keys.set(text, key)
        count += 1
      }
    },
    get token() {
      return token
    },
    get truncated() {
      return truncated
    },
    keys: () => new Map([...found].map(([table, keys]) => [table, [...keys.values()]])),
    count: () => count,
  }
}

const shapesOf = (side: Side, pairs: readonly Pair[]): readonly TableShape[] =>
  pairs.flatMap((pair) =>
    side === 'monolith' ? [pair.sourceShape] : Object.values(pair.targetShapes),
  )

export async function followChangedKeys(options: ChangedKeysOptions): Promise<ChangedKeys> {
  const { kafka, domain, side, schema, pairs, from } = options
  const topic = domainTopic(side, domain)
  const limit = options.keysAtMost ?? 20_000
  const decoder = envelopeDecoder(domain, schema, shapesOf(side, pairs))
  const collector = collectKeys(side, pairs)
  let problem: string | null = null
  const { low } = await kafka.bounds(topic)
  if (low > from) problem = `the topic begins at offset ${low}, changes are needed from ${from}`
  let next = from
  const onMessages = async (messages: readonly Message[]): Promise<void> => {
    for (const message of messages) {
      next = message.offset + 1n
      try {
        const event = decoder.decode(message)
        if (event !== null) collector.take(event)
      } catch {
        problem ??= `the change at offset ${message.offset} cannot be decoded`
      }
    }
    if (collector.truncated !== null) problem ??= `table ${collector.truncated} was truncated`
    if (collector.count() > limit) {
      problem ??= `more than ${limit} keys changed since the last clean verification`
    }
  }
  const feed = await kafka.feed({
    topic,
    from,
    onMessages,
    onEnd: (error) => {
      problem ??= `reading its topic ended: ${error instanceof Error ? error.message : 'unknown'}`
    },
  })
  const reached = async (
    there: () => boolean,
    timeoutMs: number,
    fact: () => string,
  ): Promise<KeysByTable> => {
    await until(() => problem !== null || there(), { timeoutMs, everyMs: 2 })
    if (problem !== null) throw new ChangedKeysUnknown(domain, problem)
    if (!there()) throw new ChangedKeysUnknown(domain, `${fact()} after ${timeoutMs} ms`)
    return collector.keys()
  }
  return {
    until: (token, timeoutMs) =>
      reached(
        () => collector.token >= token,
        timeoutMs,
        () => `the changed keys are known up to token ${collector.token}, ${token} is needed`,
      ),
    untilOffset: (wanted, timeoutMs) =>
      reached(
        () => next >= wanted,
        timeoutMs,
        () => `the changed keys are known up to offset ${next}, ${wanted} is needed`,
      ),
    keys: () => collector.keys(),
    count: () => collector.count(),
    problem: () => problem,
    stop: () => feed.stop(),
  }
}
