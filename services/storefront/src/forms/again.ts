/**
 * A form that was refused is shown again, with the reason above it and what was typed still in it.
 *
 * @module
 */
import type { Shown } from '../page.ts'
import { ShopRefused } from '../shop/shop.ts'

/** What is no answer to the form itself goes on to the error page. */
export async function shownAgain(
  error: unknown,
  show: () => Shown | Promise<Shown>,
): Promise<Shown> {
  if (!(error instanceof ShopRefused) || error.code === 'login_required') throw error
  return { ...(await show()), status: error.status, problem: error.message }
}
