/** Gates as people read them. */
import { table, verdict } from './output.ts'

export interface Gate {
  readonly gate: string
  readonly domain: string
  readonly verdict: string
  readonly line: string
}

/** One that stands in the way; what is not configured can be gone without. */
export const isClosed = (gate: Gate): boolean =>
  !['pass', 'unknown', 'not configured'].includes(gate.verdict)

/** The line opens with the domain's name, so several domains need no column. */
export const gateTable = (gates: readonly Gate[]): string =>
  table(
    ['gate', 'answer', ''],
    gates.map((one) => [one.gate, verdict(one.verdict), one.verdict === 'pass' ? '' : one.line]),
  )
