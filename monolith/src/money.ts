/** Money as text ("12.50") outside and as whole cents inside; never a floating number. */
const amount = /^(\d{1,10})(?:\.(\d{1,2}))?$/

export function cents(text: string): bigint {
  const match = amount.exec(text)
  if (!match) throw new TypeError('not an amount')
  return BigInt(match[1] ?? '0') * 100n + BigInt((match[2] ?? '').padEnd(2, '0'))
}

export function money(value: bigint): string {
  return `${value / 100n}.${String(value % 100n).padStart(2, '0')}`
}
