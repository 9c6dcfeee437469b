/** Results to stdout, everything else to stderr; each answer ends with the next command. */
import Table from 'cli-table3'
import colors from 'picocolors'

export interface Output {
  /** The result: JSON as it is, or what `human` makes of it, and the next command. */
  result<T extends object>(value: T, human: (value: T) => string): void
  /** Progress and remarks. */
  say(line: string): void
}

export const createOutput = (json: boolean): Output => ({
  result(value, human) {
    if (json) {
      process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
      return
    }
    process.stdout.write(`${human(value)}\n`)
    const next = (value as { next?: unknown }).next
    if (typeof next === 'string') process.stdout.write(`${colors.dim('next:')} ${next}\n`)
  },
  say: (line) => void process.stderr.write(`${line}\n`),
})

const bare = {
  chars: {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  },
  style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
}

export const table = (head: readonly string[], rows: readonly (readonly unknown[])[]): string => {
  const made = new Table({ ...bare, head: head.map((name) => colors.bold(name)) })
  for (const row of rows)
    made.push(row.map((cell) => (cell === null || cell === undefined ? '–' : String(cell))))
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}

export const good = (text: string): string => colors.green(text)
export const bad = (text: string): string => colors.red(text)

export const verdict = (text: string): string =>
  text === 'pass' ? good(text) : text === 'unknown' ? text : bad(text)
