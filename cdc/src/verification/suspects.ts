/**
 * Keys that looked different once: is it lag, or a difference?
 *
 * Each round reads the owner's rows, waits until the follower has applied everything before that
 * (`settle`: a marker through the feed), reads the follower, and reads the owner again. A follower's
 * checksum that the owner was *seen* to have in the round is no difference (the witness rule). A row
 * that the owner did not change meanwhile, and that differs the same way in two rounds, is one. A row
 * that changes all the time goes another round.
 *
 * @module
 */
import { otherSide, type Row, type Side } from '@matapalo/core'
import { type RowSums, rowSumsOfKeys } from './checksums.ts'
import { keyText, type Pair, type Stores } from './pair.ts'

/** Resolves when the follower has applied all that the owner had committed when it was called. */
export type Settle = () => Promise<void>

export interface Suspect {
  readonly target: string
  readonly key: Row
}

export interface Judged {
  readonly different: readonly Suspect[]
  /** Changed in every round: nothing can be said. */
  readonly undecided: readonly Suspect[]
}

const rounds = 12
const strikesNeeded = 2

type Sums = Readonly<Record<string, RowSums>>

interface Open {
  readonly suspect: Suspect
  readonly text: string
  readonly last: string | null
  readonly strikes: number
}

const absent = '-'

export async function judge(
  stores: Stores,
  pair: Pair,
  owner: Side,
  suspects: readonly Suspect[],
  settle: Settle,
): Promise<Judged> {
  const different: Suspect[] = []
  let open: readonly Open[] = suspects.map((suspect) => ({
    suspect,
    text: keyText(pair.compiled.keyColumns, suspect.key),
    last: null,
    strikes: 0,
  }))
  for (let round = 0; round < rounds && open.length > 0; round++) {
    const keys = [...new Map(open.map(({ text, suspect }) => [text, suspect.key])).values()]
    const before = await rowSumsOfKeys(stores, pair, owner, keys)
    await settle()
    const follower = await rowSumsOfKeys(stores, pair, otherSide(owner), keys)
    const after = await rowSumsOfKeys(stores, pair, owner, keys)
    const still: Open[] = []
    for (const one of open) {
      const at = (sums: Sums): string => sums[one.suspect.target]?.get(one.text)?.sum ?? absent
      const [first, seen, second] = [at(before), at(follower), at(after)]
      if (seen === first || seen === second) continue
      const repeated = first === second && (one.last === null || one.last === `${first}:${seen}`)
      const strikes = repeated ? one.strikes + 1 : 0
      if (strikes >= strikesNeeded) different.push(one.suspect)
      else still.push({ ...one, strikes, last: first === second ? `${first}:${seen}` : null })
    }
    open = still
  }
  return { different, undecided: open.map(({ suspect }) => suspect) }
}

/** Keys whose rows differ in two maps of one range. */
export function disagreements(target: string, owner: RowSums, follower: RowSums): Suspect[] {
  const suspects: Suspect[] = []
  for (const [text, { key, sum }] of owner) {
    if (follower.get(text)?.sum !== sum) suspects.push({ target, key })
  }
  for (const [text, { key }] of follower) {
    if (!owner.has(text)) suspects.push({ target, key })
  }
  return suspects
}
