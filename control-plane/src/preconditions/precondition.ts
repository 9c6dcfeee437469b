/** What a precondition is given and what it answers. */
import type { GateAnswer, Manifest, Side, TransferKind } from '@matapalo/core'
import type { Control } from '../control.ts'
import type { Domain } from '../ledger/domains.ts'

export interface Situation {
  readonly control: Control
  readonly kind: TransferKind
  readonly domain: Domain
  readonly manifest: Manifest
  /** The owner that the transfer takes from, and the one it gives to. */
  readonly from: Side
  readonly to: Side
  /** Every domain of the transfer, this one among them. */
  readonly group: readonly string[]
}

/**
 * null: passed. Otherwise the rest of the line after the domain's name; `unknown` is told and refuses
 * nothing.
 */
export type Finding = string | { readonly unknown: string } | null

/** What must be known, and is not: the gate answers *inconclusive*. */
export class NotKnown extends Error {}

export interface Precondition {
  readonly gate: string
  check(situation: Situation): Promise<Finding>
  /** Asks about rows, feeds or fences: passes by itself where a domain has no tables. */
  readonly ofTables?: true
  /** A gate that nobody has built or configured answers so, and needs `--without`. */
  readonly configured?: (situation: Situation) => boolean
}

export const answerOf = (
  gate: string,
  domain: string,
  verdict: GateAnswer['verdict'],
  line: string,
): GateAnswer => ({ gate, domain, verdict, line: `${domain}: ${line}` })
