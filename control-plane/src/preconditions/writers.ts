/**
 * No writer outside the transfer's routes was seen since the domain was prepared. On the way back
 * only the transactions count: nothing else that a service does may bar the emergency exit.
 */
import { applierAccount, conductorAccount } from '@matapalo/cdc/names'
import { readRefusals } from '@matapalo/cdc/refusals'
import { loadGrants, rowsWritten } from '@matapalo/cdc/shapes'
import { readObservation, readSpanning, readWatched } from '../ledger/watch.ts'
import { schemaOf } from '../live/stores.ts'
import { feedAccount } from '../preflight.ts'
import { accountLine, refusalLine, spanningLine } from '../watch/judge.ts'
import { type Finding, NotKnown, type Precondition, type Situation } from './precondition.ts'

/** 5000 (milliseconds): having looked for less than that is not having looked. */
const shortestMs = 5000
/** 1000 (milliseconds): how old the last look may be. */
const freshMs = 1000
/** 100: refusals read; older ones are the same writers. */
const refusalsAtMost = 100

const toolkit = [applierAccount, conductorAccount, feedAccount, 'matapalo_edge']
const orWithout = 'to go on without it: --without writers'

async function transactions(situation: Situation): Promise<Finding> {
  const { control, domain, manifest, from, group } = situation
  const manifests = [...(await control.manifests()).values()]
  const [together, others] = [true, false].map((inside) =>
    manifests.filter((one) => group.includes(one.domain) === inside),
  )
  const seen = await readSpanning(control.ledger, domain.name, from)
  return spanningLine(manifest, from, together ?? [], others ?? [], seen)
}

/** Since the observation began; `at` in UTC, as the server writes it. */
async function refusals({ control, domain, manifest, from }: Situation, since: string) {
  const all = await readRefusals(control.stores[from], domain.name, refusalsAtMost)
  const recent = all.filter(({ at }) => `${at.replace(' ', 'T').slice(0, 23)}Z` >= since)
  return refusalLine(manifest, from, recent)
}

async function accounts(
  { control, domain, manifest, from }: Situation,
  before: Readonly<Record<string, number>> | null,
): Promise<Finding> {
  if (manifest.accounts.source === null)
    throw new NotKnown(
      `writers are unknown: the manifest does not name the application's account; write it under \`accounts:\`, then run: matapalo prepare ${domain.name} (${orWithout})`,
    )
  const [grants, now] = await Promise.all([
    loadGrants(control.stores[from], [schemaOf(manifest, from)]),
    rowsWritten(control.stores[from]),
  ])
  if (before === null || now === null)
    throw new NotKnown(
      `writers are unknown: performance_schema is off on the ${from} server, so no account can be told from another; set performance_schema=ON and restart it, then run: matapalo prepare ${domain.name} (${orWithout})`,
    )
  return accountLine(manifest, from, grants, toolkit, before, now)
}

export const writers: Precondition = {
  gate: 'writers',
  ofTables: true,
  async check(situation) {
    const { control, domain, kind, from } = situation
    const { name } = domain
    const prepare = `run: matapalo prepare ${name}`
    if (control.lease.leads) await control.observer.look(freshMs)
    const [observation, watched] = await Promise.all([
      readObservation(control.ledger, name, from),
      readWatched(control.ledger, from),
    ])
    if (kind === 'rollback') return transactions(situation)
    if (observation === null || watched === null)
      throw new NotKnown(
        `writers are unknown: nobody has watched its tables yet; ${prepare} (${orWithout})`,
      )
    if (observation.ageMs < shortestMs)
      throw new NotKnown(
        `writers were watched for ${Math.round(observation.ageMs)} ms, ${shortestMs} ms are wanted; run: matapalo explain ${name} (${orWithout})`,
      )
    const found =
      (await transactions(situation)) ??
      (await refusals(situation, observation.since)) ??
      (await accounts(situation, observation.counters.rowsWritten))
    if (found !== null) return found
    if (watched.gapAt !== null && watched.gapAt >= observation.since)
      throw new NotKnown(
        `writers are unknown: at ${watched.gapAt} the ${from} server's binary log was further ahead than could be read, or purged; at a quieter time ${prepare} (${orWithout})`,
      )
    return null
  },
}
