/**
 * Gates: the answers to "why can't I switch?", and what an operator may switch off.
 *
 * @module
 */

/** `unknown`: the world does not let itself be asked; told as such, and no refusal. */
export type Verdict = 'pass' | 'unknown' | 'fail' | 'inconclusive' | 'not configured'

export interface GateAnswer {
  /** As in `--without NAME`. */
  readonly gate: string
  readonly domain: string
  readonly verdict: Verdict
  /** One line: subject, fact, limit, next command. */
  readonly line: string
}

export interface Judgement {
  readonly allowed: boolean
  readonly refusals: readonly GateAnswer[]
  /** Not passed, and switched off by the operator. */
  readonly waived: readonly GateAnswer[]
  /** Names in `--without` that no waivable gate has. */
  readonly unknown: readonly string[]
}

/**
 * Only what a person may know better than the toolkit can be switched off; never a safety fact. A
 * writer that nobody declared is refused by the fence after a transfer: it errs, and loses nothing.
 */
export const waivableGates: readonly string[] = ['parity', 'writers']

/** Stands in the way of a transfer, unless the operator switches it off. */
export const isOpen = ({ verdict }: Pick<GateAnswer, 'verdict'>): boolean =>
  verdict !== 'pass' && verdict !== 'unknown'

export function judge(
  answers: readonly GateAnswer[],
  without: readonly string[],
  waivable: readonly string[] = waivableGates,
): Judgement {
  const off = new Set(without.filter((name) => waivable.includes(name)))
  const open = answers.filter(isOpen)
  const refusals = open.filter((answer) => !off.has(answer.gate))
  const unknown = without.filter((name) => !waivable.includes(name))
  return {
    allowed: refusals.length === 0 && unknown.length === 0,
    refusals,
    waived: open.filter((answer) => off.has(answer.gate)),
    unknown,
  }
}
