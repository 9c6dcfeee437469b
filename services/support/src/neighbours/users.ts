/**
 * What the users service tells about a customer: a card, and an address to write to.
 *
 * @module
 */
import type { ServiceClient } from '@bookshop/kit/client'
import { numberOf, objectOf, textOf } from './reply.ts'

export interface Card {
  readonly id: number
  readonly name: string
  readonly active: boolean
}

export interface Contact {
  readonly id: number
  readonly name: string
  readonly email: string
}

/** Null: no such account. Both throw ServiceUnavailable. */
export interface Users {
  card(id: number): Promise<Card | null>
  contact(id: number): Promise<Contact | null>
}

export const usersAt = (client: ServiceClient): Users => ({
  async card(id) {
    const reply = await client.call({ method: 'GET', path: `/internal/users/${id}/card` })
    const card = objectOf('users', reply)
    return (
      card && {
        id: numberOf('users', card, 'id'),
        name: textOf('users', card, 'name'),
        active: card.active === true,
      }
    )
  },
  async contact(id) {
    const reply = await client.call({ method: 'GET', path: `/internal/users/${id}/contact` })
    const contact = objectOf('users', reply)
    return (
      contact && {
        id: numberOf('users', contact, 'id'),
        name: textOf('users', contact, 'name'),
        email: textOf('users', contact, 'email'),
      }
    )
  },
})
