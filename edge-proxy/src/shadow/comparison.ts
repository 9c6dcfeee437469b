/**
 * One comparison: a first look, and, when the answers differ, second looks at both sides around a
 * barrier, until the difference stands, is gone, or cannot be judged.
 *
 * A second look is: owner, marker, wait until the other side has applied it, other side, owner again.
 * Where the owner agrees with itself nothing moved in between, so the other side, which had applied
 * everything that the owner's first answer could show, must have shown the same.
 *
 * @module
 */
import {
  type Answer,
  compareAnswers,
  type Difference,
  type Outcome,
  type RulesInForce,
  type Side,
  secondLook,
} from '@matapalo/core'
import { sleep } from '@matapalo/runtime'
import { LookFailed, type Reason } from './look.ts'

export interface ComparisonPorts {
  /** @throws LookFailed */
  look(side: Side): Promise<Answer>
  /** Settles when both sides have applied everything committed up to now. @throws LookFailed */
  barrier(): Promise<void>
}

export interface Comparison {
  readonly owner: Side
  readonly other: Side
  readonly rules: RulesInForce
  /** What a client was answered, and by whom; undefined: both sides are asked. */
  readonly served: { readonly side: Side; readonly answer: Answer } | undefined
  readonly ports: ComparisonPorts
}

export interface Conclusion {
  readonly outcome: Outcome
  readonly reason?: Reason
  /** The owner's answer is the control. Of a mismatch: what stands; of `moving`: what does not. */
  readonly differences: readonly Difference[]
}

/** Second looks before nothing is concluded, and the wait after the n-th, ms. */
const looks = 3
const backOffMs = [50, 250] as const

const nothing: readonly Difference[] = []

/** Never rejects for anything that a side does. */
export async function concludeOn(comparison: Comparison): Promise<Conclusion> {
  try {
    return await conclude(comparison)
  } catch (error) {
    if (!(error instanceof LookFailed)) throw error
    return { outcome: 'inconclusive', reason: error.reason, differences: nothing }
  }
}

async function conclude(comparison: Comparison): Promise<Conclusion> {
  const { owner, other, rules, served, ports } = comparison
  const first = (side: Side): Answer | Promise<Answer> =>
    served?.side === side ? served.answer : ports.look(side)
  const [control, candidate] = await Promise.all([first(owner), first(other)])
  if (compareAnswers(control, candidate, rules).length === 0) {
    return { outcome: 'equal', differences: nothing }
  }
  let moving = nothing
  for (let n = 0; n < looks; n++) {
    if (n > 0) await sleep(backOffMs[n - 1] ?? 0)
    const before = await ports.look(owner)
    await ports.barrier()
    const again = await ports.look(other)
    const apart = compareAnswers(before, again, rules)
    if (apart.length === 0) return { outcome: 'racing', differences: nothing }
    const after = await ports.look(owner)
    const seen = secondLook(apart, compareAnswers(before, after, rules))
    if (seen.confirmed.length > 0) return { outcome: 'mismatch', differences: seen.confirmed }
    moving = seen.moving
  }
  return { outcome: 'inconclusive', reason: 'moving', differences: moving }
}
