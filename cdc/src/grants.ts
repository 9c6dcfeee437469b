/**
 * Takes the loser's application privileges on the owned tables away after a transfer, and gives them
 * back before the next. The triggers are the fence; this closes their one gap, that an UPDATE which
 * matches no row fires none, and gives forgotten scripts a plainer error.
 *
 * MariaDB cannot take a table away from a grant on the whole schema, so only accounts with grants per
 * table are touched; the others are named.
 *
 * @module
 */
import { type Db, serverErrorNumber } from '@matapalo/runtime'
import { quoteTable, quoteText } from './names.ts'
import { type Grant, loadGrants } from './shapes/grants.ts'

const writing = ['INSERT', 'UPDATE', 'DELETE'] as const

export interface TakenPrivileges {
  /** `'bookshop'@'%'` as the server writes it. */
  readonly grantee: string
  readonly table: string
  readonly privileges: readonly string[]
}

export interface Privileges {
  /** What can be taken, and given back: plain data for the ledger. */
  readonly taken: readonly TakenPrivileges[]
  /** Accounts that keep their rights by a wider grant: the triggers alone refuse them. */
  readonly wider: readonly string[]
}

export interface OwnedTables {
  readonly schema: string
  readonly tables: readonly string[]
  /** Names, without host, of the accounts concerned. */
  readonly accounts: readonly string[]
}

const writes = (grant: Grant): boolean => writing.some((privilege) => privilege === grant.privilege)

/** No right to grant; and no such grant any more: an earlier try has taken it. */
const refused = new Set([1044, 1142, 1227])
const absent = new Set([1141, 1147])

const isOneOf = (error: unknown, numbers: ReadonlySet<number>): boolean =>
  numbers.has(serverErrorNumber(error) ?? 0)

/** Which write privileges the accounts hold on the tables, one by one or wider. Changes nothing. */
export async function writePrivileges(
  db: Pick<Db, 'query'>,
  { schema, tables, accounts }: OwnedTables,
): Promise<Privileges> {
  const grants = (await loadGrants(db, [schema])).filter(
    (grant) => writes(grant) && accounts.includes(grant.account),
  )
  const wider = new Set(grants.filter(({ table }) => table === '*').map(({ grantee }) => grantee))
  const taken = tables.flatMap((table) => {
    const here = grants.filter((grant) => grant.schema === schema && grant.table === table)
    return [...new Set(here.map(({ grantee }) => grantee))].map((grantee) => ({
      grantee,
      table,
      privileges: here.filter((one) => one.grantee === grantee).map(({ privilege }) => privilege),
    }))
  })
  return { taken, wider: [...wider] }
}

/** Repeating it changes nothing. Never throws for want of a right: the triggers are the fence. */
export async function revokeWrites(
  db: Pick<Db, 'execute'>,
  schema: string,
  { taken }: Privileges,
): Promise<void> {
  for (const { grantee, table, privileges } of taken) {
    const [list, from] = [known(privileges), accountOf(grantee)]
    if (list === '' || from === null) continue
    try {
      await db.execute(`REVOKE ${list} ON ${quoteTable(schema, table)} FROM ${from}`)
    } catch (error) {
      if (!isOneOf(error, refused) && !isOneOf(error, absent)) throw error
    }
  }
}

const granteePattern = /^'((?:[^'\\]|'')*)'@'((?:[^'\\]|'')*)'$/

/** As a statement takes it; null for what is no account of this form (a role). */
function accountOf(grantee: string): string | null {
  const [, user, host] = granteePattern.exec(grantee) ?? []
  if (user === undefined || host === undefined) return null
  return `${quoteText(user.replaceAll("''", "'"))}@${quoteText(host.replaceAll("''", "'"))}`
}

const known = (privileges: readonly string[]): string =>
  privileges.filter((one) => writing.some((privilege) => privilege === one)).join(', ')

/** Gives back what `writePrivileges` found, as the ledger kept it. Repeating it changes nothing. */
export async function restoreWrites(
  db: Pick<Db, 'execute'>,
  schema: string,
  { taken }: Privileges,
): Promise<void> {
  for (const { grantee, table, privileges } of taken) {
    const [list, to] = [known(privileges), accountOf(grantee)]
    if (list === '' || to === null) continue
    await db.execute(`GRANT ${list} ON ${quoteTable(schema, table)} TO ${to}`)
  }
}
