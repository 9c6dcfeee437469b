/**
 * `--kill PROCESS@STEP` and `--kill PROCESS@SECONDS`.
 *
 * @module
 */
import { MatapaloError, stepNames } from '@matapalo/core'

export type KillPlan =
  | { readonly process: string; readonly atSecond: number }
  | { readonly process: string; readonly atStep: string }

export class KillPlanInvalid extends MatapaloError {
  readonly code = 'MATAPALO_KILL_PLAN_INVALID'
}

/** Of both demos; a name that comes again means its first time. */
export const stages = [
  'prepare',
  'backfill',
  'verify',
  'cutover',
  'rollback',
  'recutover',
  'cutover-users',
  'cutover-orders',
  'cutover-storefront',
  'decommission',
  'retire',
] as const

export function parseKill(text: string, processes: readonly string[]): KillPlan {
  const at = text.indexOf('@')
  const process = text.slice(0, at)
  const when = text.slice(at + 1)
  if (at < 1 || when === '') {
    throw new KillPlanInvalid(`--kill ${text}: expected PROCESS@STEP or PROCESS@SECONDS`)
  }
  if (!processes.includes(process)) {
    throw new KillPlanInvalid(
      `--kill ${text}: no process ${process}; one of ${processes.join(', ')}`,
    )
  }
  if (/^\d+(\.\d+)?$/.test(when)) return { process, atSecond: Number(when) }
  const steps: readonly string[] = [...stepNames, ...stages]
  if (!steps.includes(when)) {
    throw new KillPlanInvalid(`--kill ${text}: no step ${when}; one of ${steps.join(', ')}`)
  }
  return { process, atStep: when }
}
