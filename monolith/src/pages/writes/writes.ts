/**
 * What the pages' forms do, in one of two ways that one setting chooses.
 *
 * Branch by abstraction: both ways offer the same, and the setting is read at each form, so the
 * pages can be moved from one to the other, and back, while customers are using them.
 *
 * @module
 */
import type { Request, Response } from 'express'
import type { Shop } from '../../context.ts'
import type { Body } from '../../input.ts'
import { type PageWay, pageWay } from '../../settings.ts'
import { writesByApi } from './byApi.ts'
import { writesBySql } from './bySql.ts'

/** A form that a visitor has sent, and where its answer's cookies go. */
export interface Visit {
  readonly req: Request
  readonly res: Response
}

/**
 * Fields are as they came. All throw ShopError: a refusal, or 503 when it could not be done
 * (`shop_busy`), or may have been (`outcome_unknown`).
 */
export interface PageWrites {
  /** Sets the session's cookie. */
  logIn(visit: Visit, fields: Body): Promise<void>
  /** Sets the session's cookie. */
  register(visit: Visit, fields: Body): Promise<void>
  /** Takes the session's cookie away. */
  logOut(visit: Visit): Promise<void>
  changeAccount(visit: Visit, profile: Body, newsletter: boolean): Promise<void>
  addToCart(visit: Visit, fields: Body): Promise<void>
  removeFromCart(visit: Visit, bookId: number): Promise<void>
  /** Returns the order's id; a repeated reference gives the same. */
  placeOrder(visit: Visit, body: Body): Promise<number>
  /** Returns the ticket's id. */
  openTicket(visit: Visit, fields: Body): Promise<number>
  addMessage(visit: Visit, ticketId: number, fields: Body): Promise<void>
  giveFeedback(visit: Visit, bookId: number, fields: Body): Promise<void>
}

/** The way of this moment. */
export type ChooseWrites = () => Promise<PageWrites>

export function pageWrites(shop: Shop): ChooseWrites {
  const ways: Readonly<Record<PageWay, PageWrites>> = {
    sql: writesBySql(shop),
    api: writesByApi(shop.door),
  }
  return async () => ways[await pageWay(shop.db)]
}
