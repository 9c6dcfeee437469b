/**
 * JSON without rounding. `JSON.parse` is used unless the text holds an integer that a double cannot:
 * then each such integer comes back as its digits, a string.
 *
 * `ts_ns` stands in every Debezium event, always has 19 digits and is never read, so it alone does
 * not count; a column of that name is why `exactTsNs` exists.
 *
 * @module
 */
import { parse } from 'lossless-json'

// 2^53 = 9007199254740992: sixteen digits are safe unless they begin with a 9.
const unsafe = /[:,[]-?(?:9\d{15}|\d{17,})/
const unsafeButTsNs = /(?<!"ts_ns")[:,[]-?(?:9\d{15}|\d{17,})/

const number = (digits: string): number | string => {
  const value = Number(digits)
  return Number.isSafeInteger(value) || !/^-?\d+$/.test(digits) ? value : digits
}

export function parseLossless(text: string, exactTsNs = false): unknown {
  if (!(exactTsNs ? unsafe : unsafeButTsNs).test(text)) return JSON.parse(text)
  return parse(text, undefined, number)
}
