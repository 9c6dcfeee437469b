/**
 * The demo's command line.
 *
 * @module
 */
import { parseArgs } from 'node:util'
import { MatapaloError } from '@matapalo/core'
import { type DomainName, domainNames, idleComponents } from '../arena/domains.ts'
import { componentNames } from '../stack/component.ts'
import { type KillPlan, parseKill, stagesOf } from './kill.ts'

export interface DemoOptions {
  /** `catalog`: there and back and there again. `shop`: everything, until the old shop is off. */
  readonly only: 'catalog' | 'shop'
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
  /** Seconds of traffic after the monolith's process has ended. */
  readonly after: number
  readonly catalogue: string | null
}

export class DemoUsage extends MatapaloError {
  readonly code = 'MATAPALO_DEMO_USAGE'
}

export const usage = `npm run demo -- [options]
  --only catalog|shop  the whole shop until the monolith is off (default), or the catalogue alone:
                       there, back and there again
  --keep               leave everything running at the end, until Ctrl-C
  --report FILE        write the scoreboard as JSON
  --kill PROCESS@WHEN  SIGKILL on the way: at a step of a transfer (fenceSource, or fenceSource:orders for
                       that domain's), a stage, or after seconds of traffic; may be given more than once
  --books N            books in the shop (200000)
  --users N            accounts, one of fifty is staff (50000; 1200 for the catalogue alone)
  --orders N           orders of the past (200000; 5000 for the catalogue alone)
  --rate N             requests a second (104; 130 for the catalogue alone)
  --dwell SECONDS      service after each transfer (20; 10 for the whole shop)
  --after SECONDS      traffic after the monolith was stopped (60)
  --catalogue FILE     a real catalogue, CSV, as the first books
`

const whole = (name: string, value: string): number => {
  if (!/^[1-9]\d*$/.test(value)) {
    throw new DemoUsage(`--${name} ${value}: expected a whole number from 1\n${usage}`)
  }
  return Number(value)
}

/** Accounts and orders when nothing is said; one of fifty is staff, and each clerk logs in as one. */
const sizes = {
  catalog: { users: '1200', orders: '5000' },
  shop: { users: '50000', orders: '200000' },
} as const

const leastUsers = 1_200

export const domainsOf = (only: DemoOptions['only']): readonly DomainName[] =>
  only === 'shop' ? domainNames : ['catalog']

const scopeOf = (only: DemoOptions['only']) => {
  const domains = domainsOf(only)
  const idle = idleComponents(domains)
  const processes = componentNames.filter((name) => !idle.includes(name))
  return { processes, stages: stagesOf[only], domains }
}

export function demoOptions(args: readonly string[]): DemoOptions {
  const { values } = readArgs(args)
  const { only = 'shop' } = values
  if (only !== 'catalog' && only !== 'shop') {
    throw new DemoUsage(`--only ${only}: expected catalog or shop\n${usage}`)
  }
  const users = whole('users', values.users ?? sizes[only].users)
  if (users < leastUsers) {
    throw new DemoUsage(
      `--users ${users}: expected ${leastUsers} or more, so that all can log in\n${usage}`,
    )
  }
  return {
    only,
    keep: values.keep ?? false,
    report: values.report ?? null,
    kills: (values.kill ?? []).map((text) => parseKill(text, scopeOf(only))),
    books: whole('books', values.books ?? '200000'),
    users,
    orders: whole('orders', values.orders ?? sizes[only].orders),
    rate: whole('rate', values.rate ?? (only === 'shop' ? '104' : '130')),
    customers: 60,
    clerks: 24,
    dwell: whole('dwell', values.dwell ?? (only === 'shop' ? '10' : '20')),
    after: whole('after', values.after ?? '60'),
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
        only: { type: 'string' },
        books: { type: 'string' },
        users: { type: 'string' },
        orders: { type: 'string' },
        after: { type: 'string' },
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
