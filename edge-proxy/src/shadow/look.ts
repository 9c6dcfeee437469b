/**
 * Asking one side for an answer to compare: bounded in time and size, on connections of its own.
 *
 * @module
 */
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import type { Answer } from '@matapalo/core'

/** Why a copy came to no conclusion. A closed set, for the metrics. */
export const reasons = [
  /** The line was full, or all that copies may keep was taken. */
  'busy',
  'memory',
  'tooLarge',
  'timeout',
  'unreachable',
  /** It broke off inside its answer. */
  'broken',
  /** A content coding that nobody here knows. */
  'coding',
  /** Who calls could not be told to the other side. */
  'identity',
  /** The owner's own answers never agreed. */
  'moving',
  /** The other side did not catch up in time. */
  'barrier',
  /** The domain moved on meanwhile. */
  'moved',
] as const

export type Reason = (typeof reasons)[number]

export class LookFailed extends Error {
  readonly reason: Reason

  constructor(reason: Reason, cause?: unknown) {
    super(`no answer to compare: ${reason}`, { cause })
    this.reason = reason
  }
}

export interface LookQuestion {
  readonly path: string
  /** Names and values in turn. */
  readonly headers: readonly string[]
  /** To the last octet. */
  readonly timeoutMs: number
  /** Octets of content as sent. */
  readonly maxBytes: number
}

export interface RawAnswer {
  readonly status: number
  /** Names and values in turn. */
  readonly headers: readonly string[]
  readonly body: Buffer
}

export interface Looker {
  /** @throws LookFailed */
  look(origin: string, question: LookQuestion): Promise<RawAnswer>
}

const decoders = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
}

const known = (coding: string): coding is keyof typeof decoders => coding in decoders

/** Its content decoded, at most `maxBytes` long. @throws LookFailed */
export async function answerOf(raw: RawAnswer, maxBytes: number): Promise<Answer> {
  const headers = fieldsOf(raw.headers)
  const coding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase()
  if (coding === 'identity' || raw.body.length === 0) {
    return { status: raw.status, headers, body: raw.body }
  }
  if (!known(coding)) throw new LookFailed('coding')
  try {
    const body = await decoders[coding](raw.body, { maxOutputLength: maxBytes })
    return { status: raw.status, headers, body }
  } catch (error) {
    const large = (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE'
    throw new LookFailed(large ? 'tooLarge' : 'coding', error)
  }
}

export function fieldsOf(raw: readonly string[]): Readonly<Record<string, string>> {
  const fields: Record<string, string> = Object.create(null)
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] as string).toLowerCase()
    const before = fields[name]
    fields[name] = before === undefined ? (raw[i + 1] as string) : `${before}, ${raw[i + 1]}`
  }
  return fields
}

/** Of the client's wish only what both sides can be held to: a whole answer, not coded. */
const conditional = /^(?:if-|range$|accept-encoding$)/

/** True: its answer may be none, or a part of one, by what the client has already. */
export const isConditional = (headers: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(headers).some((name) => /^(?:if-|range$)/.test(name))

/** What is sent for a look, out of what a side would get for the client's own request. */
export function lookFields(fields: readonly string[], identity: string | undefined): string[] {
  const sent: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string
    if (!conditional.test(name.toLowerCase())) sent.push(name, fields[i + 1] as string)
  }
  // An application that counts its visitors can leave these out.
  sent.push('x-matapalo-shadow', '1')
  if (identity !== undefined) sent.push('x-matapalo-identity', identity)
  return sent
}
