/**
 * What the stages of the demo share: the arena, the traffic, and what they leave for the report.
 *
 * @module
 */

import type { Arena } from '../arena/arena.ts'
import type { TransferView } from '../arena/control.ts'
import type { Period } from '../arena/figures.ts'
import type { Traffic } from '../traffic/trafficProcess.ts'
import type { DemoOptions } from './options.ts'

export interface Show {
  readonly options: DemoOptions
  readonly arena: Arena
  readonly traffic: Traffic
  /** One line for people. */
  say(line: string): void
  readonly transfers: TransferView[]
  readonly backfills: Period[]
  rowsPerSecond: number
  verified: boolean
  /** Epoch milliseconds; 0 before traffic runs. */
  trafficSince: number
}

export interface Stage {
  readonly name: string
  /** The command an engineer would give, or what happens, in a few words. */
  readonly title: string
  run(show: Show): Promise<void>
}
