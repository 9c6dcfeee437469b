/**
 * Which differences stand although both sides were looked at again.
 *
 * The owner was asked before the barrier and after the candidate. Where its own two answers agree,
 * nothing moved in between, so the candidate, which had applied everything up to the first of them,
 * must have shown the same. Where they disagree the place is moving, or noise (Diffy's raw against
 * expected difference), and proves nothing.
 *
 * Pure.
 *
 * @module
 */
import { type Difference, mostDifferences } from './compare.ts'
import { overlaps } from './path.ts'

export interface SecondLook {
  /** They stand: the candidate is wrong there. */
  readonly confirmed: readonly Difference[]
  /** Nothing can be said about these: the owner itself answered differently. */
  readonly moving: readonly Difference[]
}

/**
 * @param apart between the owner's first answer and the candidate's
 * @param own between the owner's two answers
 */
export function secondLook(apart: readonly Difference[], own: readonly Difference[]): SecondLook {
  // There may be more than was told.
  if (own.length >= mostDifferences) return { confirmed: [], moving: apart }
  const confirmed: Difference[] = []
  const moving: Difference[] = []
  for (const one of apart) {
    const moves = own.some(({ place }) => overlaps(place, one.place))
    ;(moves ? moving : confirmed).push(one)
  }
  return { confirmed, moving }
}
