/**
 * What was registered: the project file and each domain's manifest, as text and parsed.
 *
 * @module
 */
import type { Manifest, Project } from '@matapalo/core'
import type { Session } from '@matapalo/runtime'
import { fromJson, toJson } from './json.ts'

type Reader = Pick<Session, 'query'>
type Writer = Pick<Session, 'execute' | 'query'>

export async function readProject(db: Reader): Promise<Project | null> {
  const [row] = await db.query('SELECT json FROM project WHERE id = 1')
  return fromJson<Project>(row?.json)
}

export async function writeProject(db: Writer, yaml: string, project: Project): Promise<void> {
  await db.execute(
    `INSERT INTO project (id, yaml, json) VALUES (1, ?, ?)
     ON DUPLICATE KEY UPDATE yaml = VALUES(yaml), json = VALUES(json)`,
    [yaml, toJson(project)],
  )
}

/** The manifest in force of each domain. */
export async function readManifests(db: Reader): Promise<ReadonlyMap<string, Manifest>> {
  const rows = await db.query(
    `SELECT m.domain, m.json FROM manifest m
     JOIN domain d ON d.name = m.domain AND d.manifest_version = m.version ORDER BY m.domain`,
  )
  return new Map(rows.map((row) => [String(row.domain), fromJson<Manifest>(row.json)!]))
}

/** @returns the new version */
export async function insertManifest(
  db: Writer,
  manifest: Manifest,
  yaml: string,
  actor: string,
): Promise<number> {
  const [row] = await db.query(
    'SELECT COALESCE(MAX(version), 0) + 1 AS next FROM manifest WHERE domain = ? FOR UPDATE',
    [manifest.domain],
  )
  const version = Number(row?.next)
  await db.execute(
    'INSERT INTO manifest (domain, version, yaml, json, file, actor) VALUES (?, ?, ?, ?, ?, ?)',
    [manifest.domain, version, yaml, toJson(manifest), manifest.file, actor],
  )
  return version
}
