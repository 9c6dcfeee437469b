/**
 * What the orders service asks the users service: is there such an account, and may it buy.
 *
 * @module
 */
import type { ServiceClient } from '@bookshop/kit/client'
import { ApiError } from '@bookshop/kit/errors'
import { patiently } from '../providers/patience.ts'

export interface Users {
  /** Throws 503 `users_unavailable`. */
  mayBuy(userId: number): Promise<boolean>
}

const unavailable = (cause: unknown): ApiError =>
  new ApiError(503, 'users_unavailable', 'The accounts do not answer; try again', {
    headers: { 'Retry-After': '1' },
    cause,
  })

export const usersOver = (client: ServiceClient, patienceMs: number): Users => ({
  async mayBuy(userId) {
    const path = `/internal/users/${userId}/card`
    const reply = await patiently(patienceMs, unavailable, () =>
      client.call({ method: 'GET', path }),
    )
    if (reply.status === 404) return false
    if (reply.status !== 200) throw unavailable(new Error(`users: answered ${reply.status}`))
    return (reply.json as { readonly active: boolean }).active
  },
})
