/**
 * `shadow` and `canary`: reads are copied to the other side, and a share of them is served by it.
 *
 * Both change phases and the route table only; no write moves, so either is taken back at once.
 *
 * @module
 */
import { isOpen, type Phase } from '@matapalo/core'
import { sleep } from '@matapalo/runtime'
import type { Control } from '../control.ts'
import { EdgesNotCurrent, GatesClosed, Refused } from '../errors.ts'
import { writeAudit } from '../ledger/audit.ts'
import { type Domain, movePhase } from '../ledger/domains.ts'
import { beginRound, setReads } from '../ledger/parity.ts'
import { publishTable } from '../ledger/routeTables.ts'
import { checkGates } from '../preconditions/index.ts'
import { parityStanding } from './verdict.ts'

/** 5000 (milliseconds): longest wait for edges to take an epoch. */
const edgesMs = 5_000
/**
 * 1000 (milliseconds): writes that were on their way when the edges began to keep tokens have ended,
 * but for the slowest.
 */
const settleMs = 1_000

/** What a canary needs besides parity; the rest is asked of transfers. */
const canaryGates = ['backfill', 'feeds', 'quarantine', 'lag', 'verification', 'parity']

interface Change {
  readonly action: string
  readonly actor: string
  readonly from: readonly Phase[]
  readonly to: Phase
  readonly rate: number
  readonly share: number | null
  readonly newRound: boolean
  readonly detail: Readonly<Record<string, unknown>>
}

/** @returns the epoch that tells of it */
async function change(control: Control, name: string, wanted: Change): Promise<number> {
  const { from, to, rate, share, actor, action, detail } = wanted
  const table = await control.lead().guarded(action, async (tx) => {
    if (!(await movePhase(tx, name, from, to)))
      throw new Refused(`${name}: it has moved meanwhile; run: matapalo status ${name}`)
    await setReads(tx, name, { rate, share })
    if (wanted.newRound) await beginRound(tx, name)
    await writeAudit(tx, { actor, action, domain: name, detail: { rate, share, ...detail } })
    return publishTable(tx)
  })
  if (table !== null) control.hub.publish(table)
  control.log.info({ domain: name, phase: to, epoch: table?.epoch, rate, share }, 'reads.changed')
  return table?.epoch ?? 0
}

function refuseUnlessAtRest({ name, frozen, transferId, owner }: Domain): void {
  if (frozen !== null)
    throw new Refused(`${name}: is frozen: ${frozen}; mend it, then run: matapalo unfreeze ${name}`)
  if (transferId !== null)
    throw new Refused(`${name}: transfer ${transferId} is running; run: matapalo status ${name}`)
  if (owner !== 'monolith')
    throw new Refused(
      `${name}: the service owns it, and nothing is compared any more; to go back first: matapalo rollback ${name}`,
    )
}

export interface Changed {
  readonly domain: string
  readonly phase: Phase
  readonly rate: number
  readonly share: number | null
  readonly epoch: number
  readonly next: string
}

/** Begins to compare, anew; a canary ends by it at once. @param rate 0 to 1; null: stop */
export async function shadow(
  control: Control,
  name: string,
  { rate, actor }: { readonly rate: number | null; readonly actor: string },
): Promise<Changed> {
  const { domain } = await control.domain(name)
  refuseUnlessAtRest(domain)
  const from: readonly Phase[] = ['backfill', 'shadow', 'canary']
  if (domain.backfill !== 'complete' || !from.includes(domain.phase)) {
    const next = domain.prepared ? `backfill ${name} --wait` : `prepare ${name}`
    throw new Refused(
      `${name}: it is in phase ${domain.phase}, its backfill is ${domain.backfill}; the other side has nothing to be compared yet; run: matapalo ${next}`,
    )
  }
  const to: Phase = rate === null ? 'backfill' : 'shadow'
  const epoch = await change(control, name, {
    ...{ action: rate === null ? 'shadow.stop' : 'shadow', actor, from, to },
    ...{ rate: rate ?? 0, share: null, newRound: rate !== null, detail: { was: domain.phase } },
  })
  const next = rate === null ? `matapalo status ${name}` : `matapalo parity ${name}`
  return { domain: name, phase: to, rate: rate ?? 0, share: null, epoch, next }
}

export interface CanaryAsked {
  /** 0 to 1; 0 ends it. */
  readonly share: number
  readonly without: readonly string[]
  readonly actor: string
  readonly reason: string
}

export async function canary(
  control: Control,
  name: string,
  { share, without, actor, reason }: CanaryAsked,
): Promise<Changed> {
  const { domain } = await control.domain(name)
  refuseUnlessAtRest(domain)
  const { phase, shadowRate: rate, canaryShare: before } = domain
  if (phase !== 'shadow' && phase !== 'canary')
    throw new Refused(
      `${name}: it is in phase ${phase}; reads are compared before any is served; run: matapalo shadow ${name}`,
    )
  const base = { actor, from: [phase], rate, newRound: false }
  if (share === 0) {
    const detail = { reason, was: before }
    const stop = { ...base, action: 'canary.stop', to: 'shadow', share: null, detail } as const
    const epoch = await change(control, name, stop)
    const next = `matapalo parity ${name}`
    return { domain: name, phase: 'shadow', rate, share: null, epoch, next }
  }
  if (share > (before ?? 0)) await refuseWhileClosed(control, domain, without)
  if (phase === 'shadow' || before === 0) {
    // Edges keep tokens of the domain's writes before anybody may read elsewhere; a share of 0 is what is
    // left when one of them had not said so in time.
    const begin = { ...base, action: 'canary.begin', to: 'canary', share: 0 } as const
    const epoch = await change(control, name, { ...begin, detail: { reason, wanted: share } })
    const lacking = await control.hub.awaitAll({ epoch, drained: false, timeoutMs: edgesMs })
    if (lacking.length > 0) throw new EdgesNotCurrent(name, epoch, lacking, edgesMs)
    await sleep(settleMs)
  }
  const grow = { ...base, action: 'canary', from: ['canary'], to: 'canary', share } as const
  const epoch = await change(control, name, { ...grow, detail: { reason, without, was: before } })
  const next = `matapalo parity ${name}`
  return { domain: name, phase: 'canary', rate, share, epoch, next }
}

/** `--without parity` goes on without enough evidence, never against it. */
async function refuseWhileClosed(
  control: Control,
  domain: Domain,
  without: readonly string[],
): Promise<void> {
  const { name } = domain
  const unknown = without.filter((gate) => gate !== 'parity')
  const gates = (await checkGates(control, 'cutover', [name])).filter(({ gate }) =>
    canaryGates.includes(gate),
  )
  const refusals = gates.filter(
    (answer) =>
      isOpen(answer) &&
      !(answer.gate === 'parity' && answer.verdict !== 'fail' && without.includes('parity')),
  )
  if (refusals.length > 0 || unknown.length > 0) throw new GatesClosed('canary', refusals, unknown)
}

/** Called while a canary is on: back to shadow when an answer was found to be wrong. */
export async function stopFailing(control: Control, name: string): Promise<boolean> {
  const { domain, manifest } = await control.domain(name)
  if (domain.phase !== 'canary' || domain.transferId !== null) return false
  const { verdict } = await parityStanding(control, domain, manifest)
  if (verdict.verdict !== 'fail') return false
  await change(control, name, {
    ...{ action: 'canary.stopped', actor: 'conductor', from: ['canary'], to: 'shadow' },
    ...{ rate: domain.shadowRate, share: null, newRound: false },
    detail: { why: verdict.why, was: domain.canaryShare },
  })
  control.log.warn({ domain: name, why: verdict.why }, 'canary.stopped')
  return true
}
