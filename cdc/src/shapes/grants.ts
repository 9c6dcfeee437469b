/**
 * What accounts may do, from `information_schema`'s privilege tables (the reader needs SELECT on the
 * `mysql` schema to see other accounts). Roles are followed one level.
 *
 * @module
 */
import type { Db } from '@matapalo/runtime'

export interface Grant {
  /** `'bookshop'@'%'` as the server writes it. */
  readonly grantee: string
  /** Name without host. */
  readonly account: string
  /** `*`: global. */
  readonly schema: string
  /** `*`: the whole schema. */
  readonly table: string
  readonly privilege: string
}

const accountOf = (grantee: string): string => /^'(.*)'@'[^']*'$/.exec(grantee)?.[1] ?? grantee

export async function loadGrants(
  db: Pick<Db, 'query'>,
  schemas: readonly string[],
): Promise<readonly Grant[]> {
  const marks = schemas.map(() => '?').join(', ')
  // A schema grant is stored as a pattern: `my\_shop`.
  const plain = "REPLACE(TABLE_SCHEMA, '\\\\_', '_')"
  const rows = await db.query(
    `SELECT GRANTEE AS grantee, '*' AS sch, '*' AS tbl, PRIVILEGE_TYPE AS privilege
     FROM information_schema.USER_PRIVILEGES
     UNION ALL
     SELECT GRANTEE, ${plain}, '*', PRIVILEGE_TYPE FROM information_schema.SCHEMA_PRIVILEGES
     WHERE ${plain} IN (${marks})
     UNION ALL
     SELECT GRANTEE, TABLE_SCHEMA, TABLE_NAME, PRIVILEGE_TYPE
     FROM information_schema.TABLE_PRIVILEGES WHERE TABLE_SCHEMA IN (${marks})`,
    [...schemas, ...schemas],
  )
  return rows.map((row) => ({
    grantee: String(row.grantee),
    account: accountOf(String(row.grantee)),
    schema: String(row.sch),
    table: String(row.tbl),
    privilege: String(row.privilege),
  }))
}

/** True when a grant covers the table; `table` null asks for the whole schema. */
export const may = (
  grants: readonly Grant[],
  account: string,
  privilege: string,
  schema: string,
  table: string | null,
): boolean =>
  grants.some(
    (grant) =>
      grant.account === account &&
      grant.privilege === privilege &&
      (grant.schema === '*' ||
        (grant.schema === schema && (grant.table === '*' || grant.table === table))),
  )

export const mayGlobally = (
  grants: readonly Grant[],
  account: string,
  privileges: readonly string[],
): boolean =>
  grants.some(
    (grant) =>
      grant.account === account && grant.schema === '*' && privileges.includes(grant.privilege),
  )
