/**
 * What the feed brought of rows that differ, for whoever asks why: all versions, in order.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Message, openKafka } from '@matapalo/cdc/feed'
import { domainTopic } from '@matapalo/cdc/names'
import { createLog, until } from '@matapalo/runtime'
import type { Arena, DomainName } from '../arena/arena.ts'
import { root, shared } from '../stack/instance.ts'

export interface Differing {
  readonly table: string
  readonly key: Readonly<Record<string, unknown>>
}

const readLimitMs = 60_000

interface Version {
  readonly source: { readonly table?: unknown }
  readonly before: Readonly<Record<string, unknown>> | null
  readonly after: Readonly<Record<string, unknown>> | null
}

const concerns = (text: string, differing: readonly Differing[]): boolean => {
  const { source, before, after } = JSON.parse(text) as Version
  return differing.some(
    ({ table, key }) =>
      source.table === table &&
      [before, after].some(
        (row) =>
          row !== null &&
          Object.entries(key).every(([name, value]) => String(row[name]) === String(value)),
      ),
  )
}

/** Of the monolith's feed. @returns the file, relative to the repository */
export async function keepVersions(
  arena: Arena,
  domain: DomainName,
  differing: readonly Differing[],
): Promise<string> {
  const file = join(shared, `demo-differences-${domain}.jsonl`)
  const kafka = openKafka([arena.stack.urls.kafka ?? ''], createLog('demo', 'silent'), 'demo')
  const topic = domainTopic('monolith', domain)
  const lines = differing.map((one) => JSON.stringify(one))
  let next = 0n
  let failure: unknown
  const onMessages = async (messages: readonly Message[]): Promise<void> => {
    for (const { offset, value } of messages) {
      next = offset + 1n
      if (concerns(value, differing)) lines.push(`{"offset":"${offset}","event":${value}}`)
    }
  }
  try {
    const { low, high } = await kafka.bounds(topic)
    const onEnd = (error: unknown): void => {
      failure = error
    }
    const feed = await kafka.feed({ topic, from: low, onMessages, onEnd })
    const read = await until(() => failure !== undefined || next >= high - 1n, {
      timeoutMs: readLimitMs,
    })
    await feed.stop()
    if (failure !== undefined || read === undefined) lines.push('{"cut":true}')
  } finally {
    await kafka.close()
  }
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 })
  return relative(root, file)
}
