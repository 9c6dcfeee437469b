/**
 * Gates: the answers to "why can't I switch?", and what an operator may switch off.
 *
 * @module
 */

export interface GateAnswer {
  /** As in `--without NAME`. */
  readonly gate: string
  readonly domain: string
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | 'not configured'
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

/** Only what a person may know better than the toolkit can be switched off; never a safety fact. */
export const waivableGates: readonly string[] = ['parity']

export function judge(
  answers: readonly GateAnswer[],
  without: readonly string[],
  waivable: readonly string[] = waivableGates,
): Judgement {
  const off = new Set(without.filter((name) => waivable.includes(name)))
  const open = answers.filter((answer) => answer.verdict !== 'pass')
  const refusals = open.filter((answer) => !off.has(answer.gate))
  const unknown = without.filter((name) => !waivable.includes(name))
  return {
    allowed: refusals.length === 0 && unknown.length === 0,
    refusals,
    waived: open.filter((answer) => off.has(answer.gate)),
    unknown,
  }
}
