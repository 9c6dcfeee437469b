/**
 * Writes many rows quickly: multi-row INSERTs over one connection, with the checks that the seed
 * itself guarantees switched off for this session. The only file that speaks to mysql2 directly.
 *
 * @module
 */
import { createConnection } from 'mysql2/promise'
import type { Cells } from './people.ts'

export interface Loader {
  /** Returns how many rows were written. */
  fill(table: string, columns: readonly string[], rows: Iterable<Cells>): Promise<number>
  isEmpty(table: string): Promise<boolean>
  close(): Promise<void>
}

const rowsPerStatement = 4_000

export async function openLoader(url: string): Promise<Loader> {
  const at = new URL(url)
  const connection = await createConnection({
    host: at.hostname,
    port: Number(at.port || 3306),
    user: decodeURIComponent(at.username),
    password: decodeURIComponent(at.password),
    database: at.pathname.slice(1),
    charset: 'utf8mb4_unicode_ci',
  })
  await connection.query(
    "SET foreign_key_checks = 0, unique_checks = 0, autocommit = 0, sql_mode = 'STRICT_ALL_TABLES'",
  )
  return {
    async fill(table, columns, rows) {
      let batch: Cells[] = []
      let written = 0
      // The next batch is made up while the server writes this one.
      let writing: Promise<unknown> = Promise.resolve()
      const flush = async () => {
        const full = batch
        batch = []
        await writing
        writing = connection
          .query('INSERT INTO ?? (??) VALUES ?', [table, columns, full])
          .then(() => connection.query('COMMIT'))
        writing.catch(() => {})
        written += full.length
      }
      for (const row of rows) {
        batch.push(row)
        if (batch.length === rowsPerStatement) await flush()
      }
      if (batch.length > 0) await flush()
      await writing
      return written
    },
    async isEmpty(table) {
      const [rows] = await connection.query('SELECT 1 FROM ?? LIMIT 1', [table])
      return Array.isArray(rows) && rows.length === 0
    },
    close: () => connection.end(),
  }
}
