/**
 * Money is integer cents inside and text with two decimals outside: `1250` ↔ `"12.50"`.
 *
 * @module
 */

/** The largest amount the shop can store: DECIMAL(10,2). */
const maxCents = 9_999_999_999

export const moneyText = (cents: number): string => {
  const sign = cents < 0 ? '-' : ''
  const digits = String(Math.abs(cents)).padStart(3, '0')
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** Reads `12`, `12.5`, `"12.50"`; null when it is no amount the shop can store. No rounding. */
export const readMoney = (value: unknown): number | null => {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const match = /^(\d{1,8})(?:\.(\d{1,2}))?$/.exec(String(value))
  if (!match) return null
  const cents = Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'))
  return cents <= maxCents ? cents : null
}
