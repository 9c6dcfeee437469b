/**
 * How answers of this API say what is new and what is missing.
 *
 * @module
 */
import type { Response } from 'express'
import type { Missing } from '../neighbours/missing.ts'
import type { Inserted } from '../repeat.ts'

/** A repeat of a write answers 200 with what the first one made. */
export const statusOf = ({ created }: { readonly created: boolean }): number =>
  created ? 201 : 200

/** The shop's shapes have no place for it, so a header says what could not be asked. */
export function tellMissing(response: Response, { names }: Missing): void {
  if (names.length > 0) response.set('x-missing', names.join(', '))
}

export function sendMade(response: Response, inserted: Inserted): void {
  response.status(statusOf(inserted)).json({ id: inserted.id })
}
