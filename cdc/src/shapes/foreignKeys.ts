/**
 * Foreign keys of a schema, incoming and outgoing, with their rules.
 *
 * @module
 */
import type { ForeignKeyFact, ReferentialRule } from '@matapalo/core'
import type { Db } from '@matapalo/runtime'

/** Every key whose child or parent lies in the schema. */
export async function loadForeignKeys(
  db: Pick<Db, 'query'>,
  schema: string,
): Promise<readonly ForeignKeyFact[]> {
  const rows = await db.query(
    `SELECT k.CONSTRAINT_NAME AS name, k.TABLE_SCHEMA AS sch, k.TABLE_NAME AS tbl,
            k.COLUMN_NAME AS col, k.REFERENCED_TABLE_SCHEMA AS rsch,
            k.REFERENCED_TABLE_NAME AS rtbl, k.REFERENCED_COLUMN_NAME AS rcol,
            r.DELETE_RULE AS del, r.UPDATE_RULE AS upd
     FROM information_schema.KEY_COLUMN_USAGE k
     JOIN information_schema.REFERENTIAL_CONSTRAINTS r
       ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.TABLE_NAME = k.TABLE_NAME
      AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME
     WHERE k.REFERENCED_TABLE_NAME IS NOT NULL
       AND (k.TABLE_SCHEMA = ? OR k.REFERENCED_TABLE_SCHEMA = ?)
     ORDER BY k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION`,
    [schema, schema],
  )
  const keys: ForeignKeyFact[] = []
  for (const row of rows) {
    const last = keys.at(-1)
    if (
      last !== undefined &&
      last.constraint === row.name &&
      last.table === row.tbl &&
      last.schema === row.sch
    ) {
      keys[keys.length - 1] = {
        ...last,
        columns: [...last.columns, String(row.col)],
        referencedColumns: [...last.referencedColumns, String(row.rcol)],
      }
      continue
    }
    keys.push({
      constraint: String(row.name),
      schema: String(row.sch),
      table: String(row.tbl),
      columns: [String(row.col)],
      referencedSchema: String(row.rsch),
      referencedTable: String(row.rtbl),
      referencedColumns: [String(row.rcol)],
      // information_schema knows only these five words.
      onDelete: row.del as ReferentialRule,
      onUpdate: row.upd as ReferentialRule,
    })
  }
  return keys
}
