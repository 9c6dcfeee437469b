/**
 * Reads what a client sent, field by field, where the OpenAPI document cannot say it: whole numbers
 * that may come as text, dates of the calendar, '' for "none". Every refusal is 400 `invalid_request`
 * with the field's name.
 *
 * @module
 */
import { invalid } from './errors.ts'

export type Body = Readonly<Record<string, unknown>>

/** A missing body is an empty one. */
export function bodyOf(value: unknown): Body {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid('body', 'a JSON object')
  return value as Body
}

export function text(body: Body, name: string, most: number): string {
  const value = body[name]
  if (typeof value !== 'string') throw invalid(name, 'a text')
  if (!value.isWellFormed() || value.includes('\0')) throw invalid(name, 'not well-formed text')
  const length = [...value].length
  if (length < 1 || length > most) throw invalid(name, `1 to ${most} characters`)
  return value
}

export function optionalText(body: Body, name: string, most: number): string | null {
  const value = body[name]
  return value === undefined || value === null || value === '' ? null : text(body, name, most)
}

export function whole(body: Body, name: string, least: number, most: number): number {
  const value = body[name]
  const number = typeof value === 'string' && /^-?\d{1,10}$/.test(value) ? Number(value) : value
  if (typeof number !== 'number' || !Number.isInteger(number) || number < least || number > most) {
    throw invalid(name, `a whole number from ${least} to ${most}`)
  }
  return number
}

export function truth(body: Body, name: string): boolean {
  const value = body[name]
  if (typeof value !== 'boolean') throw invalid(name, 'true or false')
  return value
}

/** The client's own unique name of a write; null when it gave none. */
export function optionalReference(body: Body): string | null {
  const { reference } = body
  if (reference === undefined || reference === null) return null
  return requiredReference(body, 'reference')
}

export function requiredReference(body: Body, name: string): string {
  const value = body[name]
  if (typeof value !== 'string' || !/^[A-Za-z0-9._:-]{1,64}$/.test(value)) {
    throw invalid(name, '1 to 64 letters, digits or . _ : -')
  }
  return value
}

/** A date of the calendar, "1967-05-30". */
export function date(body: Body, name: string): string {
  const value = body[name]
  const isDate =
    typeof value === 'string' &&
    /^[1-9]\d{3}-\d\d-\d\d$/.test(value) &&
    new Date(`${value}T00:00:00Z`).getTime() > -Infinity &&
    new Date(`${value}T00:00:00Z`).toISOString().startsWith(value)
  if (!isDate) throw invalid(name, 'a date such as 1967-05-30')
  return value
}
