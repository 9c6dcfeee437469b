/** Who did what, and why. Rows are only ever added. */
import type { Session } from '@matapalo/runtime'
import { fromJson, isoTime, toJson } from './json.ts'

export interface AuditEntry {
  readonly at: string
  readonly actor: string
  readonly action: string
  readonly domain: string | null
  readonly detail: Readonly<Record<string, unknown>>
}

export async function writeAudit(
  db: Pick<Session, 'execute'>,
  entry: Omit<AuditEntry, 'at'>,
): Promise<void> {
  await db.execute('INSERT INTO audit (actor, action, domain, detail) VALUES (?, ?, ?, ?)', [
    entry.actor,
    entry.action,
    entry.domain,
    toJson(entry.detail),
  ])
}

export async function readAudit(
  db: Pick<Session, 'query'>,
  domain: string | null,
  limit: number,
): Promise<readonly AuditEntry[]> {
  const rows = await db.query(
    `SELECT at, actor, action, domain, detail FROM audit
     WHERE ? IS NULL OR domain = ? ORDER BY id DESC LIMIT ?`,
    [domain, domain, limit],
  )
  return rows.map((row) => ({
    at: isoTime(row.at) ?? '',
    actor: String(row.actor),
    action: String(row.action),
    domain: row.domain === null ? null : String(row.domain),
    detail: fromJson<Record<string, unknown>>(row.detail) ?? {},
  }))
}
