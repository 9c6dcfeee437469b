/**
 * Orders row ops into segments that a few multi-row statements can write.
 *
 * Pure. The ops of one table keep their order where order can be seen: within a segment each key
 * stands once, with its last image. Tables are independent of each other (foreign key checks are off
 * and everything commits together), so each has its own list.
 *
 * @module
 */
import type { Row, SqlValue } from '@matapalo/core'
import type { RowOp } from './rowOps.ts'

/** Written as: deletes, then upserts; or one change of a key. */
export type Segment =
  | { readonly kind: 'rows'; readonly deletes: readonly Row[]; readonly upserts: readonly Upsert[] }
  | { readonly kind: 'rekey'; readonly oldKey: Row; readonly upsert: Upsert }

export interface Upsert {
  readonly key: Row
  readonly row: Row
  readonly defaults: Row
}

const valueText = (value: SqlValue | undefined): string => {
  if (value === null || value === undefined) return '\u0000'
  return typeof value === 'string' ? value : Buffer.from(value).toString('latin1')
}

/** Distinguishes keys of one table. */
export const keyText = (key: Row): string => {
  let text = ''
  for (const name in key) text += `${valueText(key[name])}\u0001`
  return text
}

const joined = (earlier: RowOp, later: RowOp): RowOp => ({
  ...later,
  row: { ...earlier.row, ...later.row },
  defaults: { ...earlier.defaults, ...later.defaults },
})

export function segmentsByTable(ops: readonly RowOp[]): ReadonlyMap<string, readonly Segment[]> {
  const lists = new Map<string, RowOp[]>()
  for (const op of ops) {
    const list = lists.get(op.table)
    if (list === undefined) lists.set(op.table, [op])
    else list.push(op)
  }
  const result = new Map<string, readonly Segment[]>()
  for (const [table, list] of lists) result.set(table, segmentsOf(list))
  return result
}

function segmentsOf(ops: readonly RowOp[]): readonly Segment[] {
  const segments: Segment[] = []
  let pending = new Map<string, RowOp>()
  const flush = (): void => {
    if (pending.size === 0) return
    const deletes: Row[] = []
    const upserts: Upsert[] = []
    for (const op of pending.values()) {
      if (op.kind === 'delete') deletes.push(op.key)
      else upserts.push(op)
    }
    segments.push({ kind: 'rows', deletes, upserts })
    pending = new Map()
  }
  for (const op of ops) {
    if (op.kind === 'rekey') {
      flush()
      segments.push({ kind: 'rekey', oldKey: op.oldKey ?? op.key, upsert: op })
      continue
    }
    const id = keyText(op.key)
    const earlier = pending.get(id)
    if (earlier === undefined || op.kind === 'delete') {
      // A delete ends what came before it.
      pending.set(id, op)
    } else if (earlier.kind === 'upsert') {
      // Parts of one row, when a split table comes back: later columns win.
      pending.set(id, joined(earlier, op))
    } else if (earlier.transaction === op.transaction) {
      // Delete and insert in one transaction: columns that only the target has survive.
      pending.set(id, op)
    } else {
      flush()
      pending.set(id, op)
    }
  }
  flush()
  return segments
}

/**
 * The same ops one by one, for a batch that met an error: nothing is reordered or reduced, but parts
 * of one row within one transaction are joined, or a split row could not be inserted on its way back.
 */
export function singly(ops: readonly RowOp[]): readonly RowOp[] {
  const result: RowOp[] = []
  const last = new Map<string, number>()
  for (const op of ops) {
    const id = `${op.table}\u0001${keyText(op.key)}`
    const at = last.get(id)
    const earlier = at === undefined ? undefined : result[at]
    if (at !== undefined && earlier?.kind === 'upsert' && op.kind === 'upsert') {
      const keyOnly = Object.keys(op.row).every((name) => name in op.key || !(name in earlier.row))
      if (keyOnly && earlier.transaction === op.transaction) {
        const offsets = [...(earlier.offsets ?? [earlier.offset]), op.offset]
        result[at] = { ...joined(earlier, op), offset: earlier.offset, offsets }
        continue
      }
    }
    last.set(id, result.push(op) - 1)
  }
  return result
}
