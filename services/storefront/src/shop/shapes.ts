/**
 * What the services' APIs answer, as far as the pages show it.
 *
 * @module
 */

export interface User {
  readonly id: number
  readonly name: string
  readonly email: string
  readonly roles: readonly string[]
}

export interface Book {
  readonly id: number
  readonly isbn: string | null
  readonly title: string
  readonly author: string
  readonly description: string | null
  readonly category_id: number | null
  readonly price: string
  readonly status: string
  readonly stock: number
  readonly low_stock: number
  readonly featured: boolean
  readonly published: string | null
  readonly weight_g: number | null
}

export interface BookPage {
  readonly items: readonly Book[]
  readonly page: number
  readonly per_page: number
  readonly total: number
}

export interface Category {
  readonly id: number
  readonly parent_id: number | null
  readonly name: string
  readonly slug: string
  readonly position: number
  readonly visible: boolean
  readonly children: readonly Category[]
}

export interface Items<T> {
  readonly items: readonly T[]
}

export interface Voice {
  readonly rating: number
  readonly body: string | null
  readonly name: string | null
}

export interface CartLine {
  readonly book_id: number
  readonly title: string
  readonly price: string
  readonly stock: number
  readonly quantity: number
  readonly line_total: string
}

export interface Cart {
  readonly items: readonly CartLine[]
  readonly total: string
}

export interface Profile {
  readonly email: string | null
  readonly name: string | null
  readonly phone: string | null
  readonly street: string | null
  readonly city: string | null
  readonly postcode: string | null
  readonly country: string | null
}

export interface OrderLine {
  readonly line: number
  readonly book_id: number
  readonly title: string
  readonly quantity: number
  readonly price: string
}

export interface Order {
  readonly id: number
  readonly reference: string
  readonly status: string
  readonly total: string
  readonly shipping_cost: string
  readonly items: readonly OrderLine[]
  readonly payment: { readonly method: string; readonly status: string }
  readonly shipping: {
    readonly name: string
    readonly street: string
    readonly city: string
    readonly postcode: string | null
    readonly country: string
    readonly tracking_number: string | null
  }
  readonly created: string
}

export interface Tracking {
  readonly events: readonly {
    readonly status: string
    readonly detail: string | null
    readonly at: string
  }[]
}

export interface Methods {
  readonly payment: readonly string[]
  readonly shipping: readonly { readonly method: string; readonly cost: string }[]
}

export interface Message {
  readonly from_staff: boolean
  readonly body: string
  readonly created: string
}

export interface Ticket {
  readonly id: number
  readonly order_id: number | null
  readonly subject: string
  readonly status: string
  readonly messages: readonly Message[]
}

export interface ReturnRequest {
  readonly order_id: number
  readonly line: number
  readonly status: string
}

export interface BotAnswer {
  readonly id: number
  readonly question: string
  readonly answer: string | null
  readonly handed_over: boolean
  readonly ticket_id: number | null
  readonly missing: readonly string[]
}

export interface Case {
  readonly kind: string
  readonly id: number
  readonly ticket_id: number | null
  readonly order_id: number | null
  readonly subject: string
  readonly state: string
  readonly urgent: boolean
  readonly agent: { readonly id: number; readonly name: string } | null
  readonly created: string
}

export interface CaseView extends Case {
  readonly words: string | null
  readonly details: Readonly<Record<string, string | number | null>>
  readonly claimed_order_id: number | null
  readonly messages: readonly Message[]
  readonly bot: { readonly question: string; readonly answer: string | null } | null
  readonly customer: {
    readonly id: number
    readonly name: string
    readonly email: string | null
    readonly active: boolean
  } | null
  readonly orders:
    | readonly {
        readonly id: number
        readonly reference: string
        readonly status: string
        readonly total: string
        readonly created: string
      }[]
    | null
  readonly missing: readonly string[]
}

export interface Agent {
  readonly id: number
  readonly name: string
  readonly cases: number
}
