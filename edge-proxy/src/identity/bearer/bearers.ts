/**
 * Who a bearer token makes of its sender. A token that was verified is known again by its hash, for
 * a minute and never past its end; one that was refused is remembered nowhere.
 *
 * @module
 */
import { hash } from 'node:crypto'
import { EdgeError } from '../../errors.ts'
import { InvalidToken, KeysUnavailable } from '../errors.ts'
import { type FindKey, refusalOf, type TokenRule, verifyAccessToken } from '../jwt.ts'
import { type Bearer, bearerOf } from './claims.ts'
import { bearerTokenOf, checkToken } from './token.ts'

/** A verified token is believed this long without another look at its signature, ms. */
const rememberedMs = 60_000
const capacity = 20_000

export class Bearers {
  readonly #find: FindKey
  readonly #rule: TokenRule
  /** By the token's hash: the token itself is kept nowhere. */
  readonly #verified = new Map<string, { readonly bearer: Bearer; readonly until: number }>()

  constructor(find: FindKey, rule: TokenRule) {
    this.#find = find
    this.#rule = rule
  }

  /**
   * Undefined: the field holds no bearer token.
   *
   * @throws InvalidToken, KeysUnavailable (both also as rejections)
   */
  of(authorization: string | undefined): Bearer | Promise<Bearer> | undefined {
    const token = bearerTokenOf(authorization)
    if (token === undefined) return undefined
    const digest = hash('sha256', token, 'base64url')
    const known = this.#verified.get(digest)
    if (known !== undefined && Date.now() < known.until) return known.bearer
    return this.#verify(token, digest)
  }

  async #verify(token: string, digest: string): Promise<Bearer> {
    const { algorithms, toleranceSeconds } = this.#rule
    checkToken(token, algorithms)
    try {
      const claims = await verifyAccessToken(token, this.#find, this.#rule)
      const now = Date.now()
      const bearer = bearerOf(claims, now, toleranceSeconds * 1000)
      this.#remember(digest, bearer, now)
      return bearer
    } catch (error) {
      if (error instanceof EdgeError) throw error
      const refusal = refusalOf(error)
      // Not a verdict on the token: nothing is known, so nothing is accepted.
      if (refusal === undefined) throw new KeysUnavailable(error)
      throw new InvalidToken(refusal, error)
    }
  }

  #remember(digest: string, bearer: Bearer, now: number): void {
    this.#verified.delete(digest)
    this.#verified.set(digest, { bearer, until: Math.min(now + rememberedMs, bearer.expires) })
    if (this.#verified.size <= capacity) return
    const oldest = this.#verified.keys().next()
    if (!oldest.done) this.#verified.delete(oldest.value)
  }
}
