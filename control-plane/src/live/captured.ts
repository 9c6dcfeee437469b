/** Whose tables a connector has to read. */
import { hasTables, type Manifest } from '@matapalo/core'
import type { Control } from '../control.ts'
import { type Domain, readDomains } from '../ledger/domains.ts'

/** Domains with rows on both sides: pages have none, decommissioned ones not any more. */
export const isMirrored = (domain: Domain, manifest: Manifest | undefined): boolean =>
  manifest !== undefined && hasTables(manifest) && domain.phase !== 'decommissioned'

export async function mirroredDomains(
  control: Pick<Control, 'ledger' | 'manifests'>,
): Promise<readonly Domain[]> {
  const [domains, manifests] = await Promise.all([readDomains(control.ledger), control.manifests()])
  return domains.filter((domain) => isMirrored(domain, manifests.get(domain.name)))
}

/** Manifests of the mirrored domains that `wanted` names. */
export async function captured(
  control: Pick<Control, 'ledger' | 'manifests'>,
  wanted: (domain: Domain) => boolean,
): Promise<readonly Manifest[]> {
  const manifests = await control.manifests()
  const domains = (await mirroredDomains(control)).filter(wanted)
  return domains.flatMap(({ name }) => manifests.get(name) ?? [])
}
