/**
 * Numbers that look random and are the same in every run: one stream per kind and number, so book
 * 17 is the same book however many there are.
 *
 * @module
 */
export interface Random {
  /** 0 up to, not including, `below`. */
  under(below: number): number
  chance(oneIn: number): boolean
  pick<T>(list: readonly T[]): T
}

function hash(text: string): number {
  let state = 2_166_136_261
  for (let index = 0; index < text.length; index += 1) {
    state = Math.imul(state ^ text.charCodeAt(index), 16_777_619)
  }
  return state >>> 0
}

/** mulberry32 (Tommy Ettinger, public domain), begun at a hash of kind and number. */
export function random(kind: string, number: number): Random {
  let state = (hash(kind) ^ Math.imul(number + 1, 2_654_435_761)) >>> 0
  const next = () => {
    state = (state + 1_831_565_813) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  const under = (below: number) => Math.floor(next() * below)
  return {
    under,
    chance: (oneIn) => under(oneIn) === 0,
    pick: (list) => {
      const found = list[under(list.length)]
      if (found === undefined) throw new TypeError('pick from an empty list')
      return found
    },
  }
}

const start = Date.UTC(1996, 0, 2)
const two = (value: number) => String(value).padStart(2, '0')

/** A local DATETIME between 1996 and the end of 2025. */
export function moment(from: Random): string {
  const at = new Date(start + from.under(10_950) * 86_400_000 + from.under(86_400) * 1000)
  return at.toISOString().slice(0, 19).replace('T', ' ')
}

export function day(year: number, from: Random): string {
  return `${String(year).padStart(4, '0')}-${two(1 + from.under(12))}-${two(1 + from.under(28))}`
}
