/**
 * The cache's store in Redis. A Redis that is slow or away costs a read a tenth of a second three times
 * and then nothing, until it answers again. The only file that imports ioredis.
 *
 * @module
 */
import type { Log } from '@bookshop/kit/log'
import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
} from 'cockatiel'
import { Redis } from 'ioredis'
import type { Metrics } from '../metrics.ts'
import type { CacheStore } from './store.ts'

/** 100: longer is no gain over the database. */
const commandTimeoutMs = 100
const failuresToOpen = 3
const openMs = 2000
/** 60000 (a minute): nothing is right for its age alone, this only tidies up. */
const lifetimeMs = 60_000
const prefix = 'catalog:1:'

export interface RedisCacheParts {
  readonly url: URL
  readonly metrics: Pick<Metrics, 'cacheUp'>
  readonly log: Log
}

export function redisCache({ url, metrics, log }: RedisCacheParts): CacheStore {
  const redis = new Redis(url.href, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
    connectTimeout: 2000,
    retryStrategy: (times: number) => Math.min(50 * times, 1000),
  })
  const policy = circuitBreaker(handleAll, {
    halfOpenAfter: openMs,
    breaker: new ConsecutiveBreaker(failuresToOpen),
  })
  // Each turn is said once, however many reads notice it.
  let up: boolean | undefined
  let stopping = false
  const turn = (now: boolean, why: string): void => {
    if (up === now || stopping) return
    up = now
    metrics.cacheUp.set(now ? 1 : 0)
    if (now) log.info({}, 'cache.connected')
    else log.warn({ why }, 'cache.lost')
  }
  redis.on('error', (error: Error) => turn(false, error.message))
  redis.on('close', () => turn(false, 'the connection was closed'))
  // While the circuit is open nobody asks, connected or not: the first answer tells then.
  redis.on('ready', () => {
    if (policy.state === CircuitState.Closed) turn(true, '')
  })
  policy.onBreak(() => turn(false, 'it does not answer in time'))

  /** Undefined: not done. */
  const attempt = async <T>(command: () => Promise<T>): Promise<T | undefined> => {
    try {
      const answer = await policy.execute(command)
      turn(true, '')
      return answer
    } catch (error) {
      if (!(error instanceof BrokenCircuitError)) log.debug({ err: error }, 'cache.failed')
      return undefined
    }
  }
  return {
    get: (key) => attempt(() => redis.get(prefix + key)),
    set: async (key, value) => {
      await attempt(() => redis.set(prefix + key, value, 'PX', lifetimeMs))
    },
    async stop() {
      stopping = true
      redis.disconnect()
    },
  }
}
