/**
 * Structured logs. The message is a constant `noun.verb`; everything variable is a field. Never row
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
  child(fields: Record<string, unknown>): Log
}

const secretPaths = ['password', 'token', 'authorization', 'cookie', '*.password', '*.token']

/** JSON lines on stdout, one process name on each. */
export const createLog = (name: string, level = 'info'): Log =>
  pino({
    name,
    level,
    base: { name, pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: secretPaths, censor: '[redacted]' },
  })

const nothing = (): void => {}

/** For tests. */
export const silentLog: Log = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLog,
}
