/**
 * Decimal numbers of any size, compared by value and never as doubles: 1.0 is 1 and 1e2 is 100, and
 * 9007199254740993 is not 9007199254740992.
 *
 * Pure.
 *
 * @module
 */

const parts = /^(-?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

/** Further apart than this in size, two numbers are compared by that alone: no digits are made up. */
const widest = 2_000

interface Scientific {
  readonly negative: boolean
  /** Without zeros at either end; empty: zero. */
  readonly digits: string
  /** The value is `0.digits × 10^size`. */
  readonly size: bigint
}

function scientific(text: string): Scientific | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] = parts.exec(text) ?? []
  if (sign === undefined) return undefined
  const all = whole + fraction
  const first = all.search(/[1-9]/)
  if (first < 0) return { negative: false, digits: '', size: 0n }
  return {
    negative: sign === '-',
    digits: all.slice(first).replace(/0+$/, ''),
    size: BigInt(whole.length - first) + BigInt(exponent),
  }
}

export class Exact {
  /** As it was written. */
  readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** One text for one value. */
  canonical(): string {
    const read = scientific(this.text)
    if (read === undefined) return this.text
    return read.digits === '' ? '0' : `${read.negative ? '-' : ''}0.${read.digits}e${read.size}`
  }

  equals(other: Exact): boolean {
    return this.text === other.text || this.canonical() === other.canonical()
  }
}

/** Is the distance of two decimals at most `by`? False where one of them is no decimal number. */
export function within(a: string, b: string, by: string): boolean {
  const [one, two, most] = [scientific(a), scientific(b), scientific(by)]
  if (one === undefined || two === undefined || most === undefined || most.negative) return false
  if (new Exact(a).equals(new Exact(b))) return true
  const some = [one, two, most].filter(({ digits }) => digits !== '')
  const scale = some.reduce(
    (least, { digits, size }) => min(least, size - BigInt(digits.length)),
    some[0]?.size ?? 0n,
  )
  if (some.some(({ size }) => size - scale > widest)) return false
  const [x, y, limit] = [one, two, most].map((value) => scaled(value, scale)) as [
    bigint,
    bigint,
    bigint,
  ]
  const distance = x > y ? x - y : y - x
  return distance <= limit
}

const min = (a: bigint, b: bigint): bigint => (a < b ? a : b)

const scaled = ({ negative, digits, size }: Scientific, scale: bigint): bigint => {
  if (digits === '') return 0n
  const value = BigInt(digits) * 10n ** (size - BigInt(digits.length) - scale)
  return negative ? -value : value
}
