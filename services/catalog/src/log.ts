/**
 * Structured logs: the message is a constant `noun.verb`, everything variable is a field. Never row
 * values, tokens or bodies.
 *
 * @module
 */
import { pino } from 'pino'

export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const createLog = (level: string): Log =>
  pino({
    level,
    base: { name: 'catalog', pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
  })

const nothing = (): void => {}

/** For tests. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing }
