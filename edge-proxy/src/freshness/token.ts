/**
 * A token: a marker's number and what it means anything under. "Everything that committed on this
 * side, for this domain, before marker n was written."
 *
 * Pure.
 *
 * @module
 */
import type { Side } from '@matapalo/core'

export interface Token {
  readonly side: Side
  /** Of the marker row; numbers of two generations cannot be compared. */
  readonly generation: string
  /** Of the ownership under which it was taken. */
  readonly term: number
  readonly n: bigint
}

/** The one that proves more; a later term or another generation replaces what was known. */
export function newest(a: Token | null, b: Token | null): Token | null {
  if (a === null || b === null) return a ?? b
  if (a.term !== b.term) return a.term > b.term ? a : b
  if (a.generation !== b.generation) return b
  return a.n >= b.n ? a : b
}

export const formatToken = ({ side, generation, term, n }: Token): string =>
  `${side}|${generation}|${term}|${n}`

/** null for anything that is not a token: it then counts as unknown, never as absent. */
export function parseToken(text: string): Token | null {
  const [side, generation, term, n, rest] = text.split('|')
  if ((side !== 'monolith' && side !== 'service') || rest !== undefined) return null
  if (generation === undefined || !/^\d{1,15}$/.test(term ?? '') || !/^\d{1,20}$/.test(n ?? '')) {
    return null
  }
  return { side, generation, term: Number(term), n: BigInt(n as string) }
}
