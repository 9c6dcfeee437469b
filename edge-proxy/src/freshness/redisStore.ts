/**
 * The shared store, in Redis.
 *
 * A Redis that was restarted may have lost everything, and one that was out of reach may have
 * missed something, so every (re)connection is reported before any command can be sent over it:
 * whoever listens then asks for fresh tokens. Nothing is queued while it is away; a command that is
 * not answered in time counts as not done. Keys must not be evicted: `maxmemory-policy noeviction`.
 *
 * @module
 */
import type { Log } from '@matapalo/runtime'
import { Redis } from 'ioredis'
import type { Subject } from '../identity/subject.ts'
import type { Keep, Remembered, TokenStore } from './store.ts'
import { formatToken, newest, parseToken } from './token.ts'

/** A token outlives any lag that a transfer would tolerate: an hour. */
const tokenTtlMs = 3_600_000
/** A dirty mark whose edge died counts this long. */
const dirtyTtlMs = 60_000
const commandTimeoutMs = 300
const sessionChannel = 'matapalo:sessions'

const tokenKey = (domain: string, subject: Subject | null): string =>
  subject === null ? `mp:floor:${domain}` : `mp:token:${domain}:${subject}`
const dirtyKey = (domain: string, subject: Subject): string => `mp:dirty:${domain}:${subject}`

/** Replaces the stored token unless it is of a later term, or the same marker's and not older. */
const keepNewest = `
local function parts(text) return string.match(text, '^(%a+|[^|]*)|(%d+)|(%d+)$') end
local stored = redis.call('GET', KEYS[1])
if stored then
  local origin, term, n = parts(stored)
  local newOrigin, newTerm, newN = parts(ARGV[1])
  if origin then
    term, newTerm = tonumber(term), tonumber(newTerm)
    if term > newTerm then return 0 end
    if term == newTerm and origin == newOrigin and tonumber(n) >= tonumber(newN) then
      redis.call('PEXPIRE', KEYS[1], ARGV[2])
      return 0
    end
  end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`

export interface RedisStoreOptions {
  readonly url: URL
  readonly log: Log
  /** Called in the turn of every (re)connection, before any command is sent over it. */
  readonly onConnected: () => void
  /** Another edge saw this session change. */
  readonly onSession: (subject: Subject) => void
}

export class RedisTokenStore implements TokenStore {
  readonly #redis: Redis
  readonly #listener: Redis
  #up = false

  constructor({ url, log, onConnected, onSession }: RedisStoreOptions) {
    const options = {
      lazyConnect: true,
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      commandTimeout: commandTimeoutMs,
      connectTimeout: 2_000,
      retryStrategy: (times: number) => Math.min(20 * times, 250),
    }
    this.#redis = new Redis(url.href, options)
    this.#redis.on('ready', () => {
      this.#up = true
      onConnected()
      log.info({}, 'store.connected')
    })
    this.#redis.on('close', () => {
      if (this.#up) log.warn({}, 'store.lost')
      this.#up = false
    })
    this.#redis.on('error', () => undefined)
    this.#listener = new Redis(url.href, {
      ...options,
      enableOfflineQueue: true,
      maxRetriesPerRequest: null,
      autoResubscribe: true,
    })
    this.#listener.on('error', () => undefined)
    this.#listener.on('message', (_channel: string, subject: string) => onSession(subject))
  }

  get up(): boolean {
    return this.#up
  }

  /** Begins to connect; never waits for a Redis that is away. */
  start(): void {
    this.#redis.connect().catch(() => undefined)
    this.#listener.subscribe(sessionChannel).catch(() => undefined)
  }

  stop(): void {
    this.#redis.disconnect()
    this.#listener.disconnect()
  }

  async read(
    domains: readonly string[],
    subjects: readonly Subject[],
  ): Promise<readonly Remembered[]> {
    const now = Date.now()
    const pipeline = this.#redis.pipeline()
    for (const domain of domains) {
      pipeline.get(tokenKey(domain, null))
      for (const subject of subjects) {
        pipeline.get(tokenKey(domain, subject))
        pipeline.zcount(dirtyKey(domain, subject), now, '+inf')
      }
    }
    const answers = await results(pipeline)
    let next = 0
    return domains.map(() => {
      let remembered = fold({ token: null, dirty: false }, answers[next++])
      for (const _ of subjects) {
        remembered = fold(remembered, answers[next++])
        if (Number(answers[next++]) > 0) remembered = { ...remembered, dirty: true }
      }
      return remembered
    })
  }

  async mark(
    domains: readonly string[],
    subjects: readonly Subject[],
    write: string,
  ): Promise<void> {
    const until = Date.now() + dirtyTtlMs
    const pipeline = this.#redis.pipeline()
    for (const domain of domains) {
      for (const subject of subjects) {
        pipeline.zadd(dirtyKey(domain, subject), until, write)
        pipeline.pexpire(dirtyKey(domain, subject), dirtyTtlMs)
      }
    }
    await results(pipeline)
  }

  async keep(
    tokens: readonly Keep[],
    write: { readonly id: string; readonly subjects: readonly Subject[] },
  ): Promise<void> {
    const pipeline = this.#redis.pipeline()
    for (const { domain, subject, token } of tokens) {
      pipeline.eval(keepNewest, 1, tokenKey(domain, subject), formatToken(token), tokenTtlMs)
    }
    for (const { domain } of tokens) {
      for (const subject of write.subjects) pipeline.zrem(dirtyKey(domain, subject), write.id)
    }
    await results(pipeline)
  }

  async unmark(
    domains: readonly string[],
    subjects: readonly Subject[],
    write: string,
  ): Promise<void> {
    const pipeline = this.#redis.pipeline()
    for (const domain of domains) {
      for (const subject of subjects) pipeline.zrem(dirtyKey(domain, subject), write)
    }
    await results(pipeline)
  }

  announceSession(subject: Subject): void {
    this.#redis.publish(sessionChannel, subject).catch(() => undefined)
  }
}

/** All answers of a pipeline; the first failure fails it. */
async function results(pipeline: {
  exec(): Promise<[error: Error | null, result: unknown][] | null>
}): Promise<readonly unknown[]> {
  const answers = await pipeline.exec()
  if (answers === null) throw new Error('pipeline was aborted')
  return answers.map(([error, result]) => {
    if (error !== null) throw error
    return result
  })
}

/** A stored text that is no token counts as a write whose token is not known. */
function fold(before: Remembered, stored: unknown): Remembered {
  if (typeof stored !== 'string') return before
  const token = parseToken(stored)
  if (token === null) return { ...before, dirty: true }
  return { ...before, token: newest(before.token, token) }
}
