/**
 * Debezium's JSON envelope → {@link FeedEvent}.
 *
 * Pure: message in, event out. A message of a table that is none of ours gives null.
 *
 * @module
 */
import { MatapaloError, type Op, type Side, type TableShape } from '@matapalo/core'
import type { FeedEvent, Place } from './change.ts'
import { type RowDecoder, rowDecoder } from './decoders.ts'
import type { Message } from './feed.ts'
import { parseLossless } from './losslessJson.ts'
import { toolkitSchema } from './names.ts'
import { datetimeOf } from './temporal.ts'

/** The message is no Debezium envelope. */
export class NotAnEnvelope extends MatapaloError {
  readonly code = 'MATAPALO_NOT_AN_ENVELOPE'

  constructor(offset: bigint, cause: unknown) {
    super(`the message at offset ${offset} is no Debezium event; run: matapalo status`, { cause })
  }
}

type Json = Readonly<Record<string, unknown>>

interface Envelope {
  readonly op: Op
  readonly before: Json | null
  readonly after: Json | null
  readonly source: Json
}

export interface EnvelopeDecoder {
  decode(message: Message): FeedEvent | null
  /** What can be said of a message that {@link decode} threw on: for quarantine, never for logs. */
  describe(message: Message): Described
}

export interface Described extends Place {
  readonly table: string | null
  readonly op: string | null
  readonly serverId: number | null
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parseEnvelope(message: Message, exactTsNs: boolean): Envelope {
  let body: unknown
  try {
    body = parseLossless(message.value, exactTsNs)
  } catch (cause) {
    throw new NotAnEnvelope(message.offset, cause)
  }
  // With `schemas.enable=true` the event is one level deeper; accept both.
  const event = isObject(body) && isObject(body.payload) ? body.payload : body
  if (!isObject(event) || !isObject(event.source) || typeof event.op !== 'string') {
    throw new NotAnEnvelope(message.offset, undefined)
  }
  return {
    op: event.op as Op, // Debezium's letters; an unknown one is refused by whoever applies it.
    before: isObject(event.before) ? event.before : null,
    after: isObject(event.after) ? event.after : null,
    source: event.source,
  }
}

const placeOf = (message: Message, source: Json): Place => {
  const gtid = typeof source.gtid === 'string' ? source.gtid : null
  return {
    offset: message.offset,
    gtid: source.snapshot === 'incremental' || source.snapshot === true ? null : gtid,
    position: `${gtid ?? '-'} ${source.file}:${source.pos}:${source.row}`,
  }
}

/**
 * @param domain whose marker travels in this topic
 * @param schema the source's application schema
 * @param shapes of the domain's source tables
 */
export function envelopeDecoder(
  domain: string,
  schema: string,
  shapes: readonly TableShape[],
): EnvelopeDecoder {
  const tables = new Map<string, RowDecoder>(
    shapes.map((shape) => [shape.table, rowDecoder(shape)] as const),
  )
  const exact = [...tables.values()].some((table) => table.exactTsNs)
  const markerTable = `marker_${domain}`

  const marker = (message: Message, { source, after }: Envelope): FeedEvent | null => {
    if (after === null) return null
    return {
      type: 'marker',
      ...placeOf(message, source),
      token: unsigned(after.n),
      generation: String(after.generation),
      term: Number(unsigned(after.term)),
      owner: after.owner === null ? null : (after.owner as Side), // ENUM of the two sides
      writtenAtMs: Date.parse(
        `${datetimeOf(after.written_at as number | string, 'us', 6).replace(' ', 'T')}Z`,
      ),
    }
  }

  return {
    decode(message) {
      const envelope = parseEnvelope(message, exact)
      const { source, op } = envelope
      if (source.db === toolkitSchema) {
        return source.table === markerTable ? marker(message, envelope) : null
      }
      const table = source.db === schema ? tables.get(String(source.table)) : undefined
      if (table === undefined) return null
      const { headers } = message
      const rowOf = (value: Json | null) => (value === null ? null : table.decode(value))
      return {
        type: 'change',
        ...placeOf(message, source),
        op,
        table: table.shape.table,
        get before() {
          return rowOf(envelope.before)
        },
        get after() {
          return rowOf(envelope.after)
        },
        payload: message.value,
        serverId: Number(source.server_id),
        query: typeof source.query === 'string' ? source.query : null,
        keyChange:
          headers['__debezium.newkey'] !== undefined
            ? 'old'
            : headers['__debezium.oldkey'] !== undefined
              ? 'new'
              : null,
      }
    },
    describe(message) {
      try {
        const { source, op } = parseEnvelope(message, exact)
        return {
          ...placeOf(message, source),
          table: String(source.table),
          op,
          serverId: Number(source.server_id),
        }
      } catch {
        return {
          offset: message.offset,
          gtid: null,
          position: '-',
          table: null,
          op: null,
          serverId: null,
        }
      }
    },
  }
}

/** The marker's BIGINT UNSIGNED columns: base64 (`precise`), or digits. */
function unsigned(value: unknown): bigint {
  if (typeof value === 'number') return BigInt(value)
  if (typeof value !== 'string') throw new TypeError('marker: expected an unsigned integer')
  const raw = Buffer.from(value, 'base64')
  return raw.length === 0 ? 0n : BigInt(`0x${raw.toString('hex')}`)
}
