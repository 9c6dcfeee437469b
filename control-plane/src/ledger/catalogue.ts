/**
 * What was registered: the project file and each domain's manifest. The text is read anew; what it was
 * parsed to is kept for what SQL asks, and for a version that refuses the text.
 *
 * @module
 */
import {
  type Manifest,
  type Problem,
  type Project,
  type ProjectRecord,
  type StoredText,
  storedManifest,
  storedProject,
} from '@matapalo/core'
import type { DbRow, Session } from '@matapalo/runtime'
import { toJson } from './json.ts'

type Reader = Pick<Session, 'query'>
type Writer = Pick<Session, 'execute' | 'query'>

const textOf = (row: DbRow): StoredText => ({ yaml: String(row.yaml), json: String(row.json) })

export async function readProject(db: Reader): Promise<Project | null> {
  const [row] = await db.query('SELECT yaml, json FROM project WHERE id = 1')
  return row === undefined ? null : storedProject(textOf(row))
}

export async function writeProject(
  db: Writer,
  yaml: string,
  project: ProjectRecord,
): Promise<void> {
  await db.execute(
    `INSERT INTO project (id, yaml, json) VALUES (1, ?, ?)
     ON DUPLICATE KEY UPDATE yaml = VALUES(yaml), json = VALUES(json)`,
    [yaml, toJson(project)],
  )
}

const inForce = `SELECT m.domain, m.yaml, m.json FROM manifest m
  JOIN domain d ON d.name = m.domain AND d.manifest_version = m.version`

/** The manifest in force of each domain. */
export async function readManifests(db: Reader): Promise<ReadonlyMap<string, Manifest>> {
  const rows = await db.query(`${inForce} ORDER BY m.domain`)
  return new Map(
    rows.map((row) => [String(row.domain), storedManifest(textOf(row)).manifest] as const),
  )
}

/** Why this version of the toolkit refuses the text of a domain's manifest in force. */
export async function storedProblems(db: Reader, domain: string): Promise<readonly Problem[]> {
  const [row] = await db.query(`${inForce} WHERE m.domain = ?`, [domain])
  return row === undefined ? [] : storedManifest(textOf(row)).problems
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
