/**
 * `--kill PROCESS@WHEN`: what, and when.
 *
 * @module
 */
import { MatapaloError, stepNames } from '@matapalo/core'

export type KillPlan = { readonly process: string; readonly text: string } & (
  | { readonly atSecond: number }
  | { readonly atStage: string }
  /** At the step of a transfer of this domain; null: of any. */
  | { readonly atStep: string; readonly domain: string | null }
)

export class KillPlanInvalid extends MatapaloError {
  readonly code = 'MATAPALO_KILL_PLAN_INVALID'
}

/** What a demo runs and goes through. */
export interface KillScope {
  readonly processes: readonly string[]
  readonly stages: readonly string[]
  readonly domains: readonly string[]
}

const catalogStages = [
  ...['traffic', 'seam', 'register', 'prepare', 'backfill', 'verify'],
  ...['cutover', 'rollback', 'recutover'],
]

/** By demo; a name that comes again means its first time. */
export const stagesOf: Readonly<Record<'catalog' | 'shop', readonly string[]>> = {
  catalog: catalogStages,
  shop: [
    ...catalogStages,
    ...['cascade', 'begin-backfills', 'cutover-users', 'cutover-orders', 'rollback-orders'],
    ...['recutover-orders', 'cutover-storefront', 'decommission', 'retire'],
  ],
}

export function parseKill(text: string, { processes, stages, domains }: KillScope): KillPlan {
  const refuse = (why: string): never => {
    throw new KillPlanInvalid(`--kill ${text}: ${why}`)
  }
  const [, process = '', when = '', domain] = /^([^@]+)@([^:]+)(?::(.*))?$/.exec(text) ?? []
  if (process === '') {
    return refuse('expected PROCESS@STEP, PROCESS@STEP:DOMAIN, PROCESS@STAGE or PROCESS@SECONDS')
  }
  if (!processes.includes(process)) {
    return refuse(`no process ${process} in this demo; one of ${processes.join(', ')}`)
  }
  const isStep = (stepNames as readonly string[]).includes(when)
  if (domain !== undefined && !isStep) return refuse('only a step may name a domain')
  if (domain !== undefined && !domains.includes(domain)) {
    return refuse(`no domain ${domain} moves in this demo; one of ${domains.join(', ')}`)
  }
  if (isStep) return { process, text, atStep: when, domain: domain ?? null }
  if (/^\d+(\.\d+)?$/.test(when)) return { process, text, atSecond: Number(when) }
  if (stages.includes(when)) return { process, text, atStage: when }
  return refuse(
    `no step or stage ${when} in this demo; one of ${[...stepNames, ...stages].join(', ')}`,
  )
}
