/** One JSON line per event on standard output. The message is a constant, the rest are fields. */
export type Level = 'info' | 'warn' | 'error'
export type Fields = Readonly<Record<string, string | number | boolean | null | undefined>>
export type Log = (level: Level, message: string, fields?: Fields) => void

let sink: (line: string) => void = (line) => {
  process.stdout.write(line)
}

/** Sends the lines elsewhere; tests keep their own report readable with it. */
export function logTo(next: (line: string) => void): void {
  sink = next
}

export const log: Log = (level, message, fields = {}) => {
  sink(`${JSON.stringify({ time: new Date().toISOString(), level, msg: message, ...fields })}\n`)
}
