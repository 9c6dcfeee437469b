/** A transfer's row as its steps see it. */
import { directionFrom, hasTables, transferEnds } from '@matapalo/core'
import type { Control } from './control.ts'
import { readDomains } from './ledger/domains.ts'
import type { Transfer } from './ledger/transfers.ts'
import type { Move } from './ports.ts'

export async function moveOf(
  control: Pick<Control, 'ledger' | 'manifests'>,
  transfer: Pick<Transfer, 'id' | 'kind' | 'domains' | 'options'>,
): Promise<Move> {
  const { from, to } = transferEnds(transfer.kind)
  const [all, manifests] = await Promise.all([readDomains(control.ledger), control.manifests()])
  const domains = all.filter(({ name }) => transfer.domains.includes(name))
  const names = [...transfer.domains].sort()
  return {
    id: transfer.id,
    kind: transfer.kind,
    domains: names,
    stored: names.filter((name) => {
      const manifest = manifests.get(name)
      return manifest !== undefined && hasTables(manifest)
    }),
    from,
    to,
    direction: directionFrom(from),
    budgets: transfer.options.budgets,
    ownerTerms: Object.fromEntries(domains.map(({ name, ownerTerm }) => [name, ownerTerm])),
    phases: transfer.options.phases,
  }
}
