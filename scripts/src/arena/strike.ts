/**
 * One flip during which one process is killed at one step, and how long until the domain can be
 * written again.
 *
 * @module
 */
import type { TransferKind } from '@matapalo/core'
import { until } from '@matapalo/runtime'
import type { ComponentName } from '../stack/index.ts'
import type { Arena } from './arena.ts'
import type { TransferView } from './control.ts'
import { haltEnvironment, strikeHalted, whenHalted } from './halt.ts'

export interface StrikeResult {
  readonly process: ComponentName
  readonly step: string
  readonly kind: TransferKind
  /** `completed` or `unwound`, without a person; {@link rowsDiffer} when the sides did not agree again. */
  readonly outcome: string
  /** From the kill until every process is ready and the feed is fresh again. */
  readonly backMs: number
  readonly message: string
}

export const rowsDiffer = 'rows differ'

/** Flips in the direction that is possible now. */
export async function strike(
  arena: Arena,
  process: ComponentName,
  step: string,
): Promise<StrikeResult> {
  const { stack } = arena
  const kind: TransferKind = (await arena.owner()) === 'monolith' ? 'cutover' : 'rollback'
  await stack.restart('control-plane', haltEnvironment(step))
  if (!(await settle(arena))) throw new Error(`${rowsDiffer} before the kill`)
  const halted = whenHalted(stack, { timeoutMs: 60_000 })
  const transfer = arena.transfer(kind, `strike: ${process} at ${step}`)
  transfer.catch(() => undefined)
  const early = await Promise.race([
    halted,
    transfer.then(
      () => false,
      () => false,
    ),
  ])
  if (!early) {
    const view = await transfer
    throw new Error(`the transfer ended before ${step}: ${view.outcome}`)
  }
  const killed = performance.now()
  strikeHalted(stack, process)
  const view = await transfer
  const agreed = await settle(arena)
  return {
    process,
    step,
    kind,
    outcome: outcomeOf(view, agreed),
    backMs: performance.now() - killed,
    message: view.error?.message ?? '',
  }
}

/** @param agreed whether both sides held equal rows again */
export const outcomeOf = (view: TransferView, agreed: boolean): string =>
  agreed ? (view.outcome ?? view.state) : rowsDiffer

/**
 * Every process ready, and nothing but the calendar speaks against the next transfer.
 *
 * @returns whether both sides held equal rows within a minute
 */
export async function settle(arena: Arena): Promise<boolean> {
  await Promise.all(arena.stack.status().map(({ name }) => arena.stack.ready(name)))
  const calm = await until(
    async () => {
      try {
        const { whyNot = [] } = await arena.control.domain('catalog')
        return whyNot.every((reason) => reason.includes('verif') || reason.includes('parity'))
      } catch {
        return undefined
      }
    },
    { timeoutMs: 60_000, everyMs: 200 },
  )
  if (calm === undefined) {
    const { whyNot = [] } = await arena.control.domain('catalog')
    throw new Error(`not ready again within a minute: ${whyNot.join('; ')}`)
  }
  return (await until(() => arena.verify(), { timeoutMs: 60_000, everyMs: 1_000 })) === true
}
