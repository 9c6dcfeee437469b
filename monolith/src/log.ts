/** One JSON line per event on standard output. The message is a constant, the rest are fields. */
export type Level = 'info' | 'warn' | 'error'
export type Fields = Readonly<Record<string, string | number | boolean | null | undefined>>
export type Log = (level: Level, message: string, fields?: Fields) => void

export const log: Log = (level, message, fields = {}) => {
  process.stdout.write(
    `${JSON.stringify({ time: new Date().toISOString(), level, msg: message, ...fields })}\n`,
  )
}
