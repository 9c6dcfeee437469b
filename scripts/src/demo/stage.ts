/**
 * What the stages of the demo share: the arena, the traffic, and what they leave for the report.
 *
 * @module
 */

import type { Arena, DomainName } from '../arena/arena.ts'
import type { TransferView } from '../arena/control.ts'
import type { Period } from '../arena/figures.ts'
import type { Traffic } from '../traffic/trafficProcess.ts'
import type { BrowserCustomer } from './browser.ts'
import type { Killer } from './killer.ts'
import type { DemoOptions } from './options.ts'
import type { AfterTheEnd, FlipReport } from './report.ts'

export interface Show {
  readonly options: DemoOptions
  readonly arena: Arena
  readonly traffic: Traffic
  readonly killer: Killer
  /** One line for people. */
  say(line: string): void
  readonly transfers: TransferView[]
  readonly backfills: Period[]
  /** By domain, once its backfill is complete. */
  readonly backfillRates: Map<DomainName, number>
  /** Backfills that go on while other stages run. */
  readonly background: Map<DomainName, Promise<void>>
  /** By domain: whether each of its verifications was clean. */
  readonly verified: Map<DomainName, boolean>
  /** What was in flight at each transfer. */
  readonly flips: FlipReport[]
  /** Lines that were said already. */
  readonly incidents: Set<string>
  /** Null where no Chromium is installed, and in the short demo. */
  browser: BrowserCustomer | null
  /** Why there is no browser. */
  browserSkipped: string | null
  /** Stock that no logged movement explains, by book, before the run. */
  stockBefore: ReadonlyMap<number, number>
  /** Epoch milliseconds; 0 before traffic runs. */
  trafficSince: number
  /** Null while the monolith's process runs. */
  afterTheEnd: AfterTheEnd | null
}

export interface Stage {
  readonly name: string
  /** The command an engineer would give, or what happens, in a few words. */
  readonly title: string
  run(show: Show): Promise<void>
}
