/**
 * A form's fields on their way into an API's body. Forms know only text; what is empty was not filled
 * in. What the fields may hold is for the service to say.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { type Html, html } from '../view/html.ts'

export type Fields = Readonly<Record<string, unknown>>

export const fieldsOf = (body: unknown): Fields =>
  typeof body === 'object' && body !== null ? (body as Fields) : {}

/** What a visitor typed, for showing the form again. */
export const typed = (fields: Fields, name: string): string | null => {
  const value = fields[name]
  return typeof value === 'string' ? value : null
}

/** Without the fields that were left empty. */
export const filled = (fields: Fields): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''))

/** Empty means: take away what was there. */
export const orNull = (value: unknown): unknown => (value === '' ? null : value)

/** The named ones of these fields become numbers; what is none stays, for the service to refuse. */
export const withNumbers = (fields: Fields, ...names: readonly string[]): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      names.includes(name) && typeof value === 'string' && /^-?\d{1,10}$/.test(value)
        ? Number(value)
        : value,
    ]),
  )

/** Names one sending of a form: sent twice, it is done once. */
export const referenceField = (reference: string = randomUUID()): Html =>
  html`<input type="hidden" name="reference" value="${reference}">`
