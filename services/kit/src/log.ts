/**
 * Structured logs: the message is a constant `noun.verb`, everything variable is a field. Never row
 * values, tokens or bodies. A line written for a request carries its `requestId` and `traceparent`.
 *
 * @module
 */
import { pino } from 'pino'
import { currentTrace } from './trace.ts'

export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const createLog = (name: string, level: string): Log =>
  pino({
    level,
    base: { name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: () => {
      const trace = currentTrace()
      return trace === undefined
        ? {}
        : { requestId: trace.requestId, traceparent: trace.traceparent }
    },
  })

const nothing = (): void => {}

/** For tests. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing }
