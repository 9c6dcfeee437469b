/**
 * Who reads a domain's old tables, by the server's statement digests: they know statements and when
 * each was last seen, but no account.
 *
 * Pure. It may see more than there is (a column of the same name), never less: what was cut off, or
 * thrown away because the table of digests was full, makes the answer `unknown`.
 *
 * @module
 */

export interface Digest {
  /** Default schema of the session; null: it had none. */
  readonly schema: string | null
  /** null: the server ran out of room, and this stands for all others. */
  readonly text: string | null
  /** ISO 8601. */
  readonly lastSeen: string
}

export interface DigestLog {
  /** False: the server keeps none. */
  readonly on: boolean
  /** ISO 8601: from when on they are complete, at the earliest. */
  readonly since: string
  readonly digests: readonly Digest[]
}

export interface Seen {
  readonly verdict: 'none' | 'seen' | 'unknown'
  /** ISO 8601, of the last one. */
  readonly at: string | null
  readonly statement: string | null
  readonly why: string | null
}

const mentions = (text: string, table: string): boolean =>
  new RegExp(
    `(?<![\\w$])\`?${table.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\`?(?![\\w$])`,
    'i',
  ).test(text)

const isRead = (text: string): boolean => /\bSELECT\b|^\s*\(?\s*WITH\b/i.test(text)
const cutOff = (text: string): boolean => text.trimEnd().endsWith('...')

/** Sessions of the toolkit have its schema as their default. */
const isOurs = ({ schema }: Digest): boolean => schema === 'matapalo'

function judged(log: DigestLog, found: readonly Digest[]): Seen {
  const [last] = [...found].sort((a, b) => (a.lastSeen < b.lastSeen ? 1 : -1))
  if (last !== undefined)
    return { verdict: 'seen', at: last.lastSeen, statement: last.text, why: null }
  const nothing = { at: null, statement: null }
  if (!log.on) return { verdict: 'unknown', ...nothing, why: 'statement statistics are off' }
  if (log.digests.some(({ text }) => text === null))
    return { verdict: 'unknown', ...nothing, why: 'the server had no room for all statements' }
  if (log.digests.some((one) => !isOurs(one) && one.text !== null && cutOff(one.text)))
    return { verdict: 'unknown', ...nothing, why: 'long statements were cut off' }
  return { verdict: 'none', ...nothing, why: null }
}

const others = (log: DigestLog): readonly (Digest & { readonly text: string })[] =>
  log.digests.flatMap((one) =>
    isOurs(one) || one.text === null ? [] : [{ ...one, text: one.text }],
  )

/** The last statement of anybody else that reads the table. */
export const lastRead = (log: DigestLog, table: string): Seen =>
  judged(
    log,
    others(log).filter(({ text }) => isRead(text) && mentions(text, table)),
  )

/** The last statement that reads tables of the domain together with others of the same schema. */
export const lastJoin = (
  log: DigestLog,
  tables: readonly string[],
  foreign: readonly string[],
): Seen =>
  judged(
    log,
    others(log).filter(
      ({ text }) =>
        isRead(text) &&
        tables.some((table) => mentions(text, table)) &&
        foreign.some((table) => mentions(text, table)),
    ),
  )
