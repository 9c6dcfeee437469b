/** A transfer's row as its steps see it. */
import { directionFrom, transferEnds } from '@matapalo/core'
import type { Session } from '@matapalo/runtime'
import { readDomains } from './ledger/domains.ts'
import type { Transfer } from './ledger/transfers.ts'
import type { Move } from './ports.ts'

export async function moveOf(
  db: Pick<Session, 'query'>,
  transfer: Pick<Transfer, 'id' | 'kind' | 'domains' | 'options'>,
): Promise<Move> {
  const { from, to } = transferEnds(transfer.kind)
  const domains = (await readDomains(db)).filter(({ name }) => transfer.domains.includes(name))
  return {
    id: transfer.id,
    kind: transfer.kind,
    domains: [...transfer.domains].sort(),
    from,
    to,
    direction: directionFrom(from),
    budgets: transfer.options.budgets,
    ownerTerms: Object.fromEntries(domains.map(({ name, ownerTerm }) => [name, ownerTerm])),
    phases: transfer.options.phases,
  }
}
