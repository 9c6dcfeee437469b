/**
 * Takes the project file and manifests into the ledger. What is refused changes nothing.
 *
 * @module
 */
import {
  checkAgainst,
  expiredRules,
  type Manifest,
  otherSide,
  type Problem,
  parseManifest,
  parseProject,
  projectRecord,
  type RouteTable,
} from '@matapalo/core'
import { problemAt } from '@matapalo/core/manifest/document'
import { FileRefused, Refused } from './errors.ts'
import { writeAudit } from './ledger/audit.ts'
import { insertManifest, readManifests, readProject, writeProject } from './ledger/catalogue.ts'
import { insertDomain, readDomain } from './ledger/domains.ts'
import type { Lease } from './ledger/lease.ts'
import { beginRound } from './ledger/parity.ts'
import { readRetirement } from './ledger/retirement.ts'
import { publishTable } from './ledger/routeTables.ts'
import { today } from './parity/verdict.ts'
import { problemLine } from './preflight.ts'

export interface Source {
  readonly yaml: string
  readonly file: string
}

const refuse = (problems: readonly Problem[]): never => {
  throw new FileRefused(`refused, nothing changed:\n  ${problems.map(problemLine).join('\n  ')}`)
}

export async function registerProject(
  lease: Lease,
  source: Source,
  variables: Readonly<Record<string, string>>,
  actor: string,
): Promise<RouteTable | null> {
  const parsed = parseProject(source.yaml, source.file, variables)
  if ('problems' in parsed) return refuse(parsed.problems)
  return lease.guarded('project', async (tx) => {
    const record = projectRecord(source.yaml, parsed.project, variables)
    await writeProject(tx, source.yaml, record)
    await writeAudit(tx, {
      actor,
      action: 'project',
      domain: null,
      detail: { file: source.file },
    })
    return publishTable(tx)
  })
}

/**
 * @param possible asked of a domain that is prepared: its appliers take the new manifest up at once,
 *   so what `prepare` would refuse must not reach them
 */
export async function registerDomain(
  lease: Lease,
  source: Source,
  actor: string,
  possible: (manifest: Manifest) => Promise<readonly Problem[]>,
): Promise<{ readonly manifest: Manifest; readonly table: RouteTable | null }> {
  const parsed = parseManifest(source.yaml, source.file)
  if ('problems' in parsed) return refuse(parsed.problems)
  const { manifest } = parsed
  const [over] = manifest.parity === null ? [] : expiredRules(manifest.parity, today())
  if (over !== undefined)
    refuse([
      problemAt(
        manifest,
        `parity.ignore.${manifest.parity?.ignore.indexOf(over)}.until`,
        `${over.path}: the rule ended on ${over.until}`,
        'mend the difference and remove the rule, or give it a later day',
      ),
    ])
  const impossible = await possible(manifest)
  if (impossible.length > 0) refuse(impossible)
  return lease.guarded('register', async (tx) => {
    const project = await readProject(tx)
    if (project === null)
      throw new Refused('no project is registered; run: matapalo project matapalo.yaml')
    const others = [...(await readManifests(tx)).values()].filter(
      ({ domain }) => domain !== manifest.domain,
    )
    if ((await readRetirement(tx)) !== null)
      throw new Refused(
        'the monolith is retired: no domain can leave it any more; run: matapalo status',
      )
    const problems = checkAgainst(manifest, others, project)
    if (problems.length > 0) refuse(problems)
    const domain = await readDomain(tx, manifest.domain)
    if (domain?.transferId != null)
      throw new Refused(
        `${manifest.domain}: transfer ${domain.transferId} is running; run: matapalo status ${manifest.domain}`,
      )
    const version = await insertManifest(tx, manifest, source.yaml, actor)
    await insertDomain(tx, manifest.domain, version)
    // Other rules, other findings.
    await beginRound(tx, manifest.domain)
    await writeAudit(tx, {
      actor,
      action: 'register',
      domain: manifest.domain,
      detail: { version, file: source.file, owner: domain?.owner ?? otherSide('service') },
    })
    return { manifest, table: await publishTable(tx) }
  })
}
