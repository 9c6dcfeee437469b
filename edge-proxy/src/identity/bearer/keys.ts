/**
 * The issuer's public keys, from its JWKS.
 *
 * Fetched again behind the answers when they are old, and at once for a key id that nobody knows,
 * then not again for a while: a flood of made-up ids is one fetch per cool-down. While the issuer is
 * away the last keys stand for an hour, so that its restarts log nobody out.
 *
 * @module
 */
import { KeysUnavailable } from '../errors.ts'
import { type FindKey, isUnknownKey, keySetOf } from '../jwt.ts'

/** Gets the text of the key set. */
export type FetchKeys = () => Promise<string>

/** All in ms. */
export const keyTimes = {
  /** Older keys are fetched again in the background. */
  fresh: 300_000,
  /** Older keys are not believed any more. */
  stale: 3_600_000,
  /** Between two fetches that somebody's tokens brought about. */
  coolDown: 10_000,
  /** Between two tries while there are no keys at all. */
  retry: 500,
}

export interface RemoteKeysParts {
  readonly fetchKeys: FetchKeys
  /** A fetch gave no keys. */
  readonly onFailure?: (error: unknown) => void
  readonly now?: () => number
}

export class RemoteKeys {
  readonly #fetchKeys: FetchKeys
  readonly #onFailure: (error: unknown) => void
  readonly #now: () => number
  #find: FindKey | undefined
  #fetchedAt = Number.NEGATIVE_INFINITY
  #triedAt = Number.NEGATIVE_INFINITY
  /** Of the last try, when it failed. */
  #failure: unknown
  #fetching: Promise<void> | undefined

  constructor({ fetchKeys, onFailure, now }: RemoteKeysParts) {
    this.#fetchKeys = fetchKeys
    this.#onFailure = onFailure ?? (() => undefined)
    this.#now = now ?? (() => performance.now())
  }

  /** Asks ahead of the first token. */
  start(): void {
    this.#fetch().catch(() => undefined)
  }

  /** @throws KeysUnavailable, or jose's verdict on the token's header */
  readonly find: FindKey = async (header, token) => {
    const find = await this.#current()
    try {
      return await find(header, token)
    } catch (error) {
      if (!isUnknownKey(error)) throw error
      if (!this.#mayTry(keyTimes.coolDown)) {
        // The issuer was asked a moment ago: either it does not know the key, or nobody knows.
        if (this.#failure !== undefined) throw new KeysUnavailable(this.#failure)
        throw error
      }
      await this.#fetch()
      return (await this.#current())(header, token)
    }
  }

  async #current(): Promise<FindKey> {
    const age = this.#now() - this.#fetchedAt
    if (this.#find !== undefined && age < keyTimes.stale) {
      if (age > keyTimes.fresh && this.#mayTry(keyTimes.coolDown)) this.start()
      return this.#find
    }
    if (!this.#mayTry(keyTimes.retry)) throw new KeysUnavailable(this.#failure)
    await this.#fetch()
    // A fetch that succeeded has set it.
    return this.#find as FindKey
  }

  #mayTry(apartMs: number): boolean {
    return this.#fetching !== undefined || this.#now() - this.#triedAt >= apartMs
  }

  /** @throws KeysUnavailable */
  #fetch(): Promise<void> {
    this.#fetching ??= this.#fetchOnce().finally(() => {
      this.#fetching = undefined
    })
    return this.#fetching
  }

  async #fetchOnce(): Promise<void> {
    this.#triedAt = this.#now()
    try {
      this.#find = keySetOf(await this.#fetchKeys())
      this.#fetchedAt = this.#now()
      this.#failure = undefined
    } catch (cause) {
      this.#failure = cause
      this.#onFailure(cause)
      throw new KeysUnavailable(cause)
    }
  }
}

const timeoutMs = 3_000
/** Characters; a key set has some thousand. */
const longest = 262_144

/** Over HTTP, no redirects: the keys come from where the operator said. */
export const fetchKeys =
  (url: URL): FetchKeys =>
  async () => {
    const answer = await fetch(url, {
      headers: { accept: 'application/jwk-set+json, application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await answer.text()
    if (answer.status !== 200) throw new Error(`${url.pathname} answered ${answer.status}`)
    if (text.length > longest) throw new Error(`${url.pathname}: more than ${longest} characters`)
    return text
  }
