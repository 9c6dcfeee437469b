/**
 * Decides what each event means where the applier stands: apply, echo, rogue, replay, marker, or a
 * reason to stop. Pure: events and standing in, work and next standing out.
 *
 * @module
 */
import { type Direction, MatapaloError, type Row, sourceOf } from '@matapalo/core'
import type { Change, MarkerSeen, Place } from '../change.ts'
import { applierServerId } from '../names.ts'
import type { Emitter, OutboxEvent } from './emitter.ts'
import type { Broken, Piece, PieceEvent } from './pieces.ts'
import type { RogueWrite } from './rogue.ts'
import type { RowOp, Translator } from './rowOps.ts'
import { keyText } from './segments.ts'
import type { Standing } from './state.ts'
import { isPassedOver, nothingSuperseded, type Superseded, type Superseding } from './supersede.ts'

/** The feed does not continue what was applied: going on would lose changes. A person decides. */
export class FeedBroken extends MatapaloError {
  readonly code = 'MATAPALO_FEED_BROKEN'

  constructor(domain: string, direction: Direction, fact: string) {
    super(`${domain}/${direction}: ${fact}; back to backfill with: matapalo backfill ${domain}`)
  }
}

/** One event that the mapping or the decoder refused. */
export class EventRefused extends Error {
  readonly event: Change | Broken

  constructor(event: Change | Broken, cause: unknown) {
    super('event refused', { cause })
    this.event = event
  }
}

export interface Work {
  readonly ops: readonly RowOp[]
  readonly rogues: readonly RogueWrite[]
  readonly events: readonly OutboxEvent[]
  readonly next: Standing
  readonly applied: number
  readonly snapshotRows: number
  readonly echoes: number
  /**
   * Dropped: replays, rows before the first owner marker, snapshot rows in audit, skipped ones, and
   * versions that a later one of their row has taken the place of.
   */
  readonly discarded: number
  /** Refused versions in whose place a later one is written. */
  readonly superseded: readonly Superseding[]
  readonly markers: readonly MarkerSeen[]
  /** A part of a transaction that goes on: nothing of it may be committed yet. */
  readonly ends: boolean
}

export interface Planner {
  /** How many of the pieces belong into one target transaction, and what they mean. */
  plan(pieces: readonly Piece[], from: Standing, most: number): { work: Work; taken: number }
}

export interface PlannerOptions {
  readonly domain: string
  readonly direction: Direction
  readonly translator: Translator
  readonly emitter: Emitter
  /** Offsets that a person decided to skip. */
  readonly skips: ReadonlySet<bigint>
  readonly superseded?: Superseded
}

const gtidOf = (text: string | null): { domain: string; seq: bigint } | null => {
  const match = /^(\d+)-\d+-(\d+)/.exec(text ?? '')
  return match === null ? null : { domain: match[1] ?? '', seq: BigInt(match[2] ?? 0) }
}

interface BinlogPlace {
  readonly base: string
  readonly file: number
  readonly pos: number
  readonly row: number
}

const binlogOf = (position: string): BinlogPlace | null => {
  const match = / (\S+)\.(\d+):(\d+):(\d+)$/.exec(position)
  if (match === null) return null
  const [, base = '', file, pos, row] = match
  return { base, file: Number(file), pos: Number(pos), row: Number(row) }
}

/**
 * True for a streamed event that committed at or before what is applied. GTIDs order one replication
 * domain; between ours and the application's only the place in the binlog does.
 *
 * Within the transaction that was applied last it is the place too: a connector that failed in the middle
 * of one hands over its rest later, when what was there may have been taken for all of it.
 */
export function isReplay(event: Place, applied: string | null): boolean {
  if (event.gtid === null || applied === null) return false
  const now = gtidOf(event.gtid)
  const done = gtidOf(applied)
  if (now === null || done === null) return false
  const here = binlogOf(event.position)
  const there = binlogOf(applied)
  const known = here !== null && there !== null && here.base === there.base
  if (now.domain === done.domain) {
    if (now.seq !== done.seq) return now.seq < done.seq
    // A transaction lies in one file. Seen in another one, it is told by another server.
    if (!known || here.file !== there.file) return true
    return here.pos < there.pos || (here.pos === there.pos && here.row <= there.row)
  }
  if (!known) return false
  return here.file < there.file || (here.file === there.file && here.pos <= there.pos)
}

/** Term of the first ownership: nobody has heard events of the service yet. */
const firstTerm = 1

export function createPlanner(options: PlannerOptions): Planner {
  const { domain, direction, translator, emitter, skips } = options
  const known = options.superseded ?? nothingSuperseded
  const broken = (fact: string): FeedBroken => new FeedBroken(domain, direction, fact)
  let transaction = 0

  const atMarker = (marker: MarkerSeen, at: Standing): Standing => {
    const first = at.generation === null
    if (!first && marker.generation !== at.generation) {
      throw broken('the marker row was made anew, tokens begin again')
    }
    if (!first && marker.token <= at.token) {
      if (isReplay(marker, at.position)) return at
      throw broken(`token ${marker.token} came after ${at.token}`)
    }
    if (!first && marker.token !== at.token + 1n) {
      throw broken(`token ${marker.token} came after ${at.token}, changes between them are missing`)
    }
    const flips = marker.owner !== null && marker.term > at.term
    return {
      ...at,
      token: marker.token,
      generation: marker.generation,
      ...(flips
        ? {
            mode: marker.owner === sourceOf(direction) ? ('apply' as const) : ('audit' as const),
            term: marker.term,
          }
        : {}),
    }
  }

  const rogue = (event: Change | Broken): RogueWrite => ({
    table: event.table ?? '?',
    rowKey: event.type === 'change' ? readableKey(translator, event) : null,
    op: event.op ?? '?',
    serverId: event.serverId,
    position: event.position,
    query: event.type === 'change' ? event.query : null,
  })

  return {
    plan(pieces, from, most) {
      let at = from
      let taken = 0
      let applied = 0
      let snapshotRows = 0
      let echoes = 0
      let discarded = 0
      let ends = true
      const ops: RowOp[] = []
      const rogues: RogueWrite[] = []
      const events: OutboxEvent[] = []
      const markers: MarkerSeen[] = []
      const superseded: Superseding[] = []

      const change = (event: Change): void => {
        const one = known.at.get(event.offset)
        if (one === undefined && isPassedOver(known, event, () => exactKey(translator, event))) {
          discarded += 1
          // What consumers are told does not wait for the row.
          if (at.term > firstTerm) events.push(...told(emitter, domain, event))
          return
        }
        try {
          if (one?.waits !== true)
            for (const op of translator.translate(event, transaction, one)) ops.push(op)
          const seen = one === undefined ? event : withRow(event, one.row)
          if (at.term > firstTerm) events.push(...emitter.eventsOf(domain, seen))
        } catch (error) {
          throw new EventRefused(event, error)
        }
        if (one !== undefined) superseded.push(one)
        applied += 1
        if (event.op === 'r') snapshotRows += 1
      }

      const visit = (event: PieceEvent): void => {
        if (event.type === 'marker') {
          at = atMarker(event, at)
          markers.push(event)
          return
        }
        if (isReplay(event, at.position) || at.term === 0 || skips.has(event.offset)) {
          discarded += 1
        } else if (at.mode === 'audit') {
          if (event.type === 'change' && event.op === 'r') discarded += 1
          else if (event.serverId === applierServerId) echoes += 1
          else rogues.push(rogue(event))
        } else if (event.type === 'broken') {
          throw new EventRefused(event, event.error)
        } else change(event)
      }

      let count = 0
      for (const piece of pieces) {
        // A part of a transaction that goes on is taken by itself.
        if (taken > 0 && (!piece.ends || count + piece.events.length > most)) break
        if (piece.begins) transaction += 1
        const before = at
        for (const event of piece.events) visit(event)
        const last = piece.events.at(-1)
        if (last !== undefined) {
          at = { ...at, offset: last.offset + 1n, position: later(at.position, last) }
        }
        taken += 1
        count += piece.events.length
        ends = piece.ends
        // The rows after a flip mean something else; those of an unfinished transaction stay open.
        if (at.mode !== before.mode || at.term !== before.term || !piece.ends) break
      }
      const next = ends ? at : from
      return {
        taken,
        work: {
          ops,
          rogues,
          events,
          next,
          applied,
          snapshotRows,
          echoes,
          discarded,
          markers,
          superseded,
          ends,
        },
      }
    },
  }
}

/** Snapshot rows and replays do not move the position in the binlog. */
const later = (applied: string | null, event: Place): string | null =>
  event.gtid === null || isReplay(event, applied) ? applied : event.position

const exactKey = (translator: Translator, change: Change): string | null => {
  try {
    return keyText(translator.keyOf(change))
  } catch {
    return null
  }
}

/** The same change with another row behind it; null: the row is gone, and there is nothing to tell. */
const withRow = (change: Change, row: Row | null): Change => ({
  type: 'change',
  op: row === null ? 't' : change.op,
  table: change.table,
  get before() {
    return change.before
  },
  after: row,
  serverId: change.serverId,
  query: change.query,
  payload: change.payload,
  keyChange: change.keyChange,
  offset: change.offset,
  gtid: change.gtid,
  position: change.position,
})

/** A version that does not fit tells nothing. */
const told = (emitter: Emitter, domain: string, change: Change): readonly OutboxEvent[] => {
  try {
    return emitter.eventsOf(domain, change)
  } catch {
    return []
  }
}

/** For people: `id=7`. */
export function readableKey(translator: Translator, change: Change): string | null {
  try {
    return Object.entries(translator.keyOf(change))
      .map(([name, value]) => `${name}=${typeof value === 'string' ? value : keyText({ value })}`)
      .join(',')
  } catch {
    return null
  }
}
