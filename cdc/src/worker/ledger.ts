/**
 * What the worker reads of the ledger: which domains have a feed, and by which manifest.
 *
 * @module
 */
import type { Manifest, Phase } from '@matapalo/core'
import { MatapaloError, storedManifest } from '@matapalo/core'
import type { Db } from '@matapalo/runtime'

export interface FedDomain {
  readonly domain: string
  readonly phase: Phase
  readonly manifestVersion: number
}

/** The ledger names a manifest that it does not hold. */
export class ManifestMissing extends MatapaloError {
  readonly code = 'MATAPALO_MANIFEST_MISSING'

  constructor(domain: string) {
    super(`${domain}: the ledger holds no manifest; run: matapalo register`)
  }
}

export async function fedDomains(ledger: Db): Promise<readonly FedDomain[]> {
  const rows = await ledger.query(
    `SELECT d.name, d.phase, d.manifest_version FROM domain d
     JOIN manifest m ON m.domain = d.name AND m.version = d.manifest_version
     WHERE d.phase NOT IN ('registered', 'decommissioned') AND JSON_LENGTH(m.json, '$.tables') > 0
     ORDER BY d.name`,
  )
  return rows.map((row) => ({
    domain: String(row.name),
    phase: row.phase as Phase, // an ENUM of exactly these
    manifestVersion: Number(row.manifest_version),
  }))
}

export async function currentManifest(ledger: Db, domain: string): Promise<Manifest> {
  const [row] = await ledger.query(
    `SELECT m.yaml, m.json, e.detail AS ending FROM domain d
     JOIN manifest m ON m.domain = d.name AND m.version = d.manifest_version
     LEFT JOIN decommission e ON e.domain = d.name AND e.state IN ('renamed', 'undoing')
     WHERE d.name = ?`,
    [domain],
  )
  if (row === undefined) throw new ManifestMissing(domain)
  const { manifest } = storedManifest({ yaml: String(row.yaml), json: String(row.json) })
  if (row.ending === null) return manifest
  // Written by the control plane.
  const { names } = JSON.parse(String(row.ending)) as { names: Readonly<Record<string, string>> }
  return withOldNames(manifest, names)
}

/**
 * Once the monolith's tables are renamed, before they are dropped, the way back goes on into them. While a name is
 * changing, the applier finds no table and tries again.
 */
const withOldNames = (manifest: Manifest, names: Readonly<Record<string, string>>): Manifest => ({
  ...manifest,
  tables: manifest.tables.map((table) => ({
    ...table,
    source: names[table.source] ?? table.source,
  })),
})
