/**
 * A small seeded generator (mulberry32), so that a run can be repeated.
 *
 * @module
 */
export interface Random {
  /** A fraction in [0, 1). */
  next(): number
  /** A whole number in [0, below). */
  below(below: number): number
  /** Seconds-like waiting time with the given mean, exponentially distributed. */
  wait(mean: number): number
  pick<T>(items: readonly T[]): T
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    below,
    wait: (mean) => Math.min(-Math.log(1 - next()) * mean, mean * 5),
    pick: (items) => {
      const item = items[below(items.length)]
      if (item === undefined) throw new TypeError('nothing to pick from')
      return item
    },
  }
}
