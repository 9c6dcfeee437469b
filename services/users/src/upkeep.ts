/**
 * Regular work: signing keys are rotated when due and taken over from other processes, and what has
 * run out is removed. All of it touches only tables that nobody but this service has.
 *
 * @module
 */
import { type Database, isWriteRefused } from '@bookshop/kit/database'
import type { Log } from '@bookshop/kit/log'
import { sweepTokens } from './accounts/mailedTokens.ts'
import type { Throttle } from './login/throttle.ts'
import type { IdentityServer } from './oidc/identityServer.ts'
import { sweepRecords } from './oidc/records.ts'
import { sweepAnswers } from './oidc/refresh.ts'

export interface UpkeepParts {
  readonly database: Database
  readonly identityServer: IdentityServer
  readonly throttle: Throttle
  readonly refreshGraceSeconds: number
  readonly log: Log
  /** 30000 (half a minute): shorter than any key set is cached. */
  readonly intervalMs?: number
}

export function startUpkeep(parts: UpkeepParts): { stop(): Promise<void> } {
  const { database, identityServer, throttle, log, intervalMs = 30_000 } = parts
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const round = async (): Promise<void> => {
    try {
      await identityServer.tend()
      await sweepRecords(database)
      await sweepTokens(database)
      await sweepAnswers(database, parts.refreshGraceSeconds)
      await throttle.sweep()
    } catch (error) {
      const level = isWriteRefused(error) ? 'info' : 'warn'
      log[level]({ err: error }, 'upkeep.failed')
    }
    if (!stopped) timer = setTimeout(again, intervalMs)
  }
  let running = round()
  function again(): void {
    running = round()
  }
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
