/**
 * From source changes to what must happen to target rows, through the mapping.
 *
 * Pure. Forward, one change becomes one op per target table; in reverse, the tables that one source
 * table was split into give partial rows of it. The first target table of a mapping is its primary:
 * only the primary's delete removes the row on the way back, since the others merely hold columns.
 *
 * @module
 */
import { type CompiledTable, type Direction, MatapaloError, type Row } from '@matapalo/core'
import type { Change } from '../change.ts'

export interface RowOp {
  readonly kind: 'upsert' | 'delete' | 'rekey'
  readonly table: string
  readonly key: Row
  /** With the key; empty for a delete. */
  readonly row: Row
  /** What an INSERT needs besides, where `row` is a part. */
  readonly defaults: Row
  /** Where a rekeyed row stands now. */
  readonly oldKey: Row | null
  /** Of the change that asks for it. */
  readonly offset: bigint
  /** Of all of them, where parts of one row were joined. */
  readonly offsets?: readonly bigint[]
  /** Counts source transactions: within one, delete and insert of a key are an update. */
  readonly transaction: number
}

/** TRUNCATE in the source: a person decides. */
export class Truncated extends MatapaloError {
  readonly code = 'MATAPALO_TRUNCATED'

  constructor(table: string) {
    super(`${table}: TRUNCATE in the change feed is not applied; empty the target, then skip it`)
  }
}

/** A version of the row from further behind in the feed. */
export interface Instead {
  readonly key: Row
  /** null: the row is gone. */
  readonly row: Row | null
}

export interface Translator {
  /**
   * @param transaction a number that is the same for all changes of one source transaction
   * @param instead written in the change's place: a later version under the same key, or null for none
   */
  translate(change: Change, transaction: number, instead?: Instead): readonly RowOp[]
  keyOf(change: Change): Row
}

type Parts = readonly {
  readonly table: string
  readonly key: Row
  readonly row: Row
  readonly defaults: Row
}[]

const nothing: Row = Object.freeze({})

interface Side {
  readonly key: readonly string[]
  /** True: a delete here leaves the row, whose other columns live elsewhere. */
  readonly partial: boolean
  rows(row: Row): Parts
  keys(key: Row): readonly { readonly table: string; readonly key: Row }[]
}

const pick = (row: Row, columns: readonly string[]): Row => {
  const picked: Record<string, Row[string]> = {}
  for (const column of columns) picked[column] = row[column] ?? null
  return picked
}

function forwardSide(map: CompiledTable): Side {
  const keyOf = new Map(map.targets.map(({ table, key }) => [table, key]))
  return {
    key: map.keyColumns,
    partial: false,
    rows: (row) =>
      map.forward(row).map(({ table, row: mapped }) => ({
        table,
        row: mapped,
        key: pick(mapped, keyOf.get(table) ?? []),
        defaults: nothing,
      })),
    keys: (key) => map.forwardKey(key),
  }
}

function reverseSide(map: CompiledTable, at: number): Side {
  const target = map.targets[at]
  if (target === undefined) throw new TypeError('no such target')
  const defaults = map.insertDefaults(target.table)
  return {
    key: target.key,
    partial: !target.primary,
    rows: (row) => {
      const key = map.backwardKey(target.table, pick(row, target.key))
      const mapped = { ...map.backward(target.table, row), ...key }
      return [{ table: map.source, key, row: mapped, defaults }]
    },
    keys: (key) => [{ table: map.source, key: map.backwardKey(target.table, key) }],
  }
}

const isSame = (one: Row, other: Row): boolean =>
  Object.keys(one).every((name) => String(one[name]) === String(other[name]))

export function createTranslator(maps: readonly CompiledTable[], direction: Direction): Translator {
  const sides = new Map<string, Side>()
  for (const map of maps) {
    if (direction === 'forward') sides.set(map.source, forwardSide(map))
    else for (const [at, { table }] of map.targets.entries()) sides.set(table, reverseSide(map, at))
  }
  /** The first half of a key change, until its second half arrives. */
  let moved: { readonly change: Change; readonly transaction: number } | null = null

  const sideOf = (change: Change): Side => {
    const side = sides.get(change.table)
    if (side === undefined) throw new TypeError(`${change.table}: captured but not mapped`)
    return side
  }

  const rekey = (
    side: Side,
    before: Row,
    after: Row,
    offset: bigint,
    transaction: number,
  ): RowOp[] => {
    const old = side.keys(pick(before, side.key))
    return side.rows(after).map((part) => {
      const oldKey = old.find(({ table }) => table === part.table)?.key ?? part.key
      const kind = isSame(oldKey, part.key) ? 'upsert' : 'rekey'
      return { ...part, kind, oldKey, offset, transaction }
    })
  }

  const remove = (side: Side, key: Row, offset: bigint, transaction: number): RowOp[] =>
    side.partial
      ? []
      : side.keys(key).map((part) => ({
          ...part,
          kind: 'delete',
          row: nothing,
          defaults: nothing,
          oldKey: null,
          offset,
          transaction,
        }))

  const upsert = (side: Side, row: Row, offset: bigint, transaction: number): RowOp[] =>
    side.rows(row).map((part) => ({ ...part, kind: 'upsert', oldKey: null, offset, transaction }))

  return {
    translate(change, transaction, instead) {
      const side = sideOf(change)
      const { offset, op } = change
      const first = moved
      moved = null
      if (op === 'd' && change.keyChange === 'old') {
        moved = { change, transaction }
        return []
      }
      const paired =
        change.keyChange === 'new' &&
        first?.transaction === transaction &&
        first.change.table === change.table
      const before = paired ? first.change.before : null
      if (instead?.row === null)
        return remove(
          side,
          before === null ? instead.key : pick(before, side.key),
          offset,
          transaction,
        )
      switch (op) {
        case 'd':
          return instead === undefined
            ? remove(side, pick(change.before ?? {}, side.key), offset, transaction)
            : upsert(side, instead.row, offset, transaction)
        case 'r':
        case 'c':
        case 'u': {
          const after = instead?.row ?? change.after ?? {}
          return before === null
            ? upsert(side, after, offset, transaction)
            : rekey(side, before, after, offset, transaction)
        }
        case 't':
          throw new Truncated(change.table)
        default:
          throw new TypeError(`unknown op ${String(op)}`)
      }
    },
    keyOf: (change) => pick(change.after ?? change.before ?? {}, sideOf(change).key),
  }
}
