/**
 * What becomes of a change that cannot be applied: it goes to quarantine, or a later version of its
 * row takes its place (see supersede.ts).
 *
 * @module
 */
import { MatapaloError } from '@matapalo/core'
import type { Change } from '../change.ts'
import { laterVersions } from './lookAhead.ts'
import type { Piece } from './pieces.ts'
import { EventRefused, readableKey } from './plan.ts'
import { type Quarantined, recordQuarantined } from './quarantine.ts'
import type { Translator } from './rowOps.ts'
import { QuarantineOpened, type Run, TryCarefully } from './run.ts'
import { keyText } from './segments.ts'
import { beginOwn, setStatus } from './state.ts'
import type { Superseding } from './supersede.ts'
import { OpFailed } from './writeRows.ts'

/** Records the change at fault and the stop in one transaction; the offset stays before it. */
export async function quarantine(
  run: Run,
  piece: Piece | undefined,
  error: unknown,
): Promise<never> {
  const { options, target } = run
  const { session, own, translator, log } = options
  const found = atFault(piece, error, translator)
  const stands = run.retried.has(found.offset) ? await tryLater(run, piece, error, found) : null
  const one = stands === null ? found : { ...found, message: `${found.message}; ${stands}` }
  await beginOwn(session, own, target.standing)
  await recordQuarantined(session, own.domain, own.direction, options.topic, one)
  await setStatus(session, own, 'quarantined', one.message)
  await session.execute('COMMIT')
  log.error({ code: one.code, table: one.table, op: one.op }, 'change.quarantined')
  throw new QuarantineOpened(own.domain, own.direction, one)
}

/**
 * The change was tried again and still does not fit. If its row was mended at the owner, the feed is
 * read again with the later version in its place.
 *
 * @returns why the change stands
 */
async function tryLater(
  run: Run,
  piece: Piece | undefined,
  error: unknown,
  { offset: entry, rowKey }: Quarantined,
): Promise<string> {
  const { options, superseding, target } = run
  const again = 'mend the manifest or the row at its owner, then retry; or skip'
  const refused = changesAtFault(piece, error, entry)
  const [only] = refused
  const tried = only === undefined ? undefined : superseding.get(only.offset)
  if (tried !== undefined) {
    const mayWait = refused.length === 1 && !tried.waits && only?.keyChange !== 'new'
    // Another row holds its unique value until then.
    if (mayWait && error instanceof OpFailed)
      throw new TryCarefully(entry, withAll(superseding, [{ ...tried, waits: true }]))
    return `its newest version does not fit either: ${again}`
  }
  if (only === undefined)
    return `its row is not known, so no later version can be looked for: ${again}`
  const later = await laterVersions(
    { ...options, standing: target.standing, mark: options.closeTail, signal: run.signal },
    refused,
  )
  if ('unknown' in later) return later.unknown
  const found = refused.flatMap((change, at): Superseding[] => {
    const one = later[at]
    if (one === null || one === undefined) return []
    const key = options.translator.keyOf(change)
    const { offset, table } = change
    return [{ ...one, offset, entry, table, key, keyText: keyText(key), rowKey, waits: false }]
  })
  if (found.length === 0)
    return `tried again, and the feed holds no later version of the row: ${again}`
  const [first] = found
  options.log.warn(
    { table: first?.table, offset: entry.toString(), until: first?.until.toString() },
    'change.superseded',
  )
  throw new TryCarefully(entry, withAll(superseding, found))
}

const withAll = (
  known: ReadonlyMap<bigint, Superseding>,
  more: readonly Superseding[],
): ReadonlyMap<bigint, Superseding> =>
  new Map([...known, ...more.map((one) => [one.offset, one] as const)])

/** The changes whose rows the failed op held, as far as their keys are known. */
function changesAtFault(
  piece: Piece | undefined,
  error: unknown,
  offset: bigint,
): readonly Change[] {
  const offsets = error instanceof OpFailed ? (error.op.offsets ?? [offset]) : [offset]
  return (piece?.events ?? []).flatMap((event) => {
    if (event.type !== 'change' || event.op === 't' || !offsets.includes(event.offset)) return []
    try {
      void event.after
      return [event]
    } catch {
      return []
    }
  })
}

function atFault(piece: Piece | undefined, error: unknown, translator: Translator): Quarantined {
  const offset =
    error instanceof EventRefused
      ? error.event.offset
      : error instanceof OpFailed
        ? error.op.offset
        : (piece?.events[0]?.offset ?? 0n)
  const event = piece?.events.find((candidate) => candidate.offset === offset)
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const known = event?.type === 'change' || event?.type === 'broken' ? event : null
  return {
    offset,
    table: known?.table ?? null,
    rowKey: known?.type === 'change' ? readableKey(translator, known) : null,
    op: known?.op ?? null,
    code: cause instanceof MatapaloError ? cause.code : codeOf(cause),
    message: cause instanceof Error ? cause.message : String(cause),
    payload: known?.payload ?? null,
  }
}

/** `MATAPALO_TARGET_1062`: what MariaDB said. */
const codeOf = (error: unknown): string => {
  const number = (error as { errno?: unknown } | null)?.errno
  return typeof number === 'number' ? `MATAPALO_TARGET_${number}` : 'MATAPALO_APPLY_FAILED'
}
