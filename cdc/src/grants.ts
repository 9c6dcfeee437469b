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

export interface Privileges {
  /** Exactly what was taken, to be given back: plain data for the ledger. */
  readonly taken: readonly {
    readonly grantee: string
    readonly table: string
    readonly privileges: readonly string[]
  }[]
  /** Accounts that keep their rights by a wider grant: the triggers alone refuse them. */
  readonly wider: readonly string[]
}

export interface OwnedTables {
  readonly schema: string
  readonly tables: readonly string[]
  /** Account names that are never touched: the toolkit's, and those that change schemas. */
  readonly except: readonly string[]
}

const writes = (grant: Grant): boolean => writing.some((privilege) => privilege === grant.privilege)

const isRefused = (error: unknown): boolean =>
  [1044, 1142, 1227].includes(serverErrorNumber(error) ?? 0)

/** Never throws for want of a right: what cannot be taken is left to the triggers. */
export async function revokeWrites(db: Db, owned: OwnedTables): Promise<Privileges> {
  const { schema, tables, except } = owned
  const grants = (await loadGrants(db, [schema])).filter(
    (grant) => writes(grant) && !except.includes(grant.account),
  )
  const wider = new Set(grants.filter(({ table }) => table === '*').map(({ grantee }) => grantee))
  const taken: Privileges['taken'][number][] = []
  for (const table of tables) {
    const here = grants.filter((grant) => grant.schema === schema && grant.table === table)
    for (const grantee of new Set(here.map((grant) => grant.grantee))) {
      const privileges = here
        .filter((grant) => grant.grantee === grantee)
        .map(({ privilege }) => privilege)
      try {
        await db.execute(
          `REVOKE ${privileges.join(', ')} ON ${quoteTable(schema, table)} FROM ${grantee}`,
        )
        taken.push({ grantee, table, privileges })
      } catch (error) {
        if (!isRefused(error)) throw error
        wider.add(grantee)
      }
    }
  }
  return { taken, wider: [...wider] }
}

const granteePattern = /^'((?:[^'\\]|'')*)'@'((?:[^'\\]|'')*)'$/

/** @param taken what `revokeWrites` returned, as the ledger kept it */
export async function restoreWrites(db: Db, schema: string, { taken }: Privileges): Promise<void> {
  for (const { grantee, table, privileges } of taken) {
    const [, user, host] = granteePattern.exec(grantee) ?? []
    if (user === undefined || host === undefined) continue
    const known = privileges.filter((one) => writing.some((privilege) => privilege === one))
    const to = `${quoteText(user.replaceAll("''", "'"))}@${quoteText(host.replaceAll("''", "'"))}`
    await db.execute(`GRANT ${known.join(', ')} ON ${quoteTable(schema, table)} TO ${to}`)
  }
}
