/**
 * The demo's command line.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { MatapaloError } from '@matapalo/core'
import { componentNames } from '../stack/index.ts'
import { type KillPlan, parseKill } from './kill.ts'

export interface DemoOptions {
  readonly keep: boolean
  readonly report: string | null
  readonly kills: readonly KillPlan[]
  readonly books: number
  readonly users: number
  readonly orders: number
  /** Requests a second. */
  readonly rate: number
  readonly customers: number
  readonly clerks: number
  /** Seconds of service after each transfer. */
  readonly dwell: number
  readonly catalogue: string | null
}

export class DemoUsage extends MatapaloError {
  readonly code = 'MATAPALO_DEMO_USAGE'
}

export const usage = `npm run demo -- [options]
  --keep               leave everything running at the end, until Ctrl-C
  --report FILE        write the scoreboard as JSON
  --kill PROCESS@WHEN  SIGKILL on the way: at a step of the first transfer, a stage, or after seconds
                       of traffic; may be given more than once
  --books N            books in the shop (200000)
  --rate N             requests a second (130)
  --dwell SECONDS      service after each transfer (20)
  --catalogue FILE     a real catalogue, CSV, as the first books
`

const whole = (name: string, value: string): number => {
  if (!/^[1-9]\d*$/.test(value)) {
    throw new DemoUsage(`--${name} ${value}: expected a whole number from 1\n${usage}`)
  }
  return Number(value)
}

export function demoOptions(args: readonly string[]): DemoOptions {
  const { values } = readArgs(args)
  return {
    keep: values.keep ?? false,
    report: values.report ?? null,
    kills: (values.kill ?? []).map((text) => parseKill(text, componentNames)),
    books: whole('books', values.books ?? '200000'),
    // One of fifty is staff, and each clerk logs in as one of them.
    users: 1_200,
    orders: 5_000,
    rate: whole('rate', values.rate ?? '130'),
    customers: 60,
    clerks: 24,
    dwell: whole('dwell', values.dwell ?? '20'),
    catalogue: values.catalogue ?? null,
  }
}

function readArgs(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        keep: { type: 'boolean' },
        report: { type: 'string' },
        kill: { type: 'string', multiple: true },
        books: { type: 'string' },
        rate: { type: 'string' },
        dwell: { type: 'string' },
        catalogue: { type: 'string' },
      },
    })
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new DemoUsage(`${message}\n${usage}`, { cause })
  }
}
