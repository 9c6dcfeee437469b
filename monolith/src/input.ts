/**
 * Checks what a client sent, field by field. Lengths are counted in code points, as MariaDB does.
 *
 * @module
 */
import { invalid, notFound } from './errors.ts'

export type Body = Readonly<Record<string, unknown>>

export function bodyOf(value: unknown): Body {
  if (value === undefined || value === null) return {}
  if (typeof value !== 'object' || Array.isArray(value)) throw invalid('body', 'a JSON object')
  return value as Body
}

export function onlyFields(body: Body, allowed: readonly string[]): void {
  for (const name of Object.keys(body)) {
    if (!allowed.includes(name)) throw invalid(name, 'no such field')
  }
}

export function text(body: Body, name: string, most: number, least = 1): string {
  const value = body[name]
  if (typeof value !== 'string') throw invalid(name, 'a text')
  if (!value.isWellFormed() || value.includes('\0')) throw invalid(name, 'not well-formed text')
  const length = [...value].length
  if (length < least || length > most) throw invalid(name, `${least} to ${most} characters`)
  return value
}

export function optionalText(body: Body, name: string, most: number): string | null {
  return body[name] === undefined || body[name] === null || body[name] === ''
    ? null
    : text(body, name, most)
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
  if (typeof body[name] !== 'boolean') throw invalid(name, 'true or false')
  return body[name]
}

export function price(body: Body, name: string): string {
  const value = typeof body[name] === 'number' ? String(body[name]) : body[name]
  if (typeof value !== 'string' || !/^\d{1,8}(\.\d{1,2})?$/.test(value)) {
    throw invalid(name, 'an amount such as "12.50"')
  }
  return value
}

/** The client's own unique name of a write. */
export function reference(body: Body, name = 'reference'): string {
  const value = body[name]
  if (typeof value !== 'string' || !/^[A-Za-z0-9._:-]{1,64}$/.test(value)) {
    throw invalid(name, '1 to 64 letters, digits or . _ : -')
  }
  return value
}

export function optionalReference(body: Body): string | null {
  return body.reference === undefined || body.reference === null ? null : reference(body)
}

/** A date of the calendar, "1967-05-30". */
export function date(body: Body, name: string): string {
  const value = body[name]
  const parsed =
    typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) && value >= '1000-01-01'
      ? new Date(`${value}T00:00:00Z`)
      : null
  if (!parsed || Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== value) {
    throw invalid(name, 'a date such as 1967-05-30')
  }
  return value
}

/** An id in a path; anything else is simply not there. */
export function pathId(value: unknown, what: string): number {
  if (typeof value !== 'string' || !/^[1-9]\d{0,9}$/.test(value) || Number(value) > 4_294_967_295) {
    throw notFound(what)
  }
  return Number(value)
}
