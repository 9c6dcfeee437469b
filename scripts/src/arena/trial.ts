/**
 * One cutover under load with chosen faults, and what the clients suffered. A toolkit that lacks one
 * of its protections must be convicted here, every time; the whole toolkit must pass in the same set-ups.
 *
 * @module
 */
import { sleep } from '@matapalo/runtime'
import type { ComponentName } from '../stack/index.ts'
import { BypassWriter } from '../traffic/bypass.ts'
import { WriteLedger } from '../traffic/ledger.ts'
import { Tally } from '../traffic/tally.ts'
import { Traffic } from '../traffic/trafficProcess.ts'
import { Arena } from './arena.ts'
import { ControlRefused } from './control.ts'

/** What a client's ledger can accuse a toolkit of. */
export type Crime = 'failed' | 'lost' | 'doubled' | 'stale'

export interface Trial {
  readonly name: string
  /** What the missing protection is there to prevent: any other accusation convicts of something else. */
  readonly crime: Crime
  /** What holds the race open: true of the broken and of the whole toolkit. */
  readonly setting: Readonly<Partial<Record<ComponentName, Readonly<Record<string, string>>>>>
  /** What breaks the toolkit. */
  readonly fault: Readonly<Partial<Record<ComponentName, Readonly<Record<string, string>>>>>
}

export interface TrialResult extends Readonly<Record<Crime, number>> {
  readonly outcome: string
  readonly pauseMs: number | null
  readonly requests: number
  readonly examples: readonly string[]
}

const crimes: readonly Crime[] = ['failed', 'lost', 'doubled', 'stale']

/** A broken toolkit is guilty of its own crime alone, in a transfer that went through. */
export const isConvicted = (trial: Trial, result: TrialResult): boolean =>
  result.outcome === 'completed' && result[trial.crime] > 0

/** The whole toolkit may be accused of nothing. */
export const isCleared = (result: TrialResult): boolean =>
  result.outcome === 'completed' && crimes.every((crime) => result[crime] === 0)

/** Long enough for an edge that is a second late; the manifest's own second would unwind. */
const budgets = { drainMs: 4_000, catchUpMs: 4_000 }

const slowFeed = { cdc: { CDC_APPLY_DELAY_MS: '500', MATAPALO_TEST_FAULTS: '1' } }
const slowEdge = { 'edge-2': { EDGE_EPOCH_DELAY_MS: '1000', MATAPALO_TEST_FAULTS: '1' } }
const control = (faults: object) => ({
  'control-plane': { CONTROL_FAULTS: JSON.stringify(faults), MATAPALO_TEST_FAULTS: '1' },
})
const staleEdge = { EDGE_FRESHNESS: 'off', MATAPALO_TEST_FAULTS: '1' }

/** In each, a writer that bypasses HTTP writes to the monolith all the time. */
export const trials: readonly Trial[] = [
  {
    // What bypasses HTTP goes on writing to the loser, where nobody will look for it.
    name: 'the fence is missing',
    crime: 'lost',
    setting: slowFeed,
    fault: control({ skipFence: true }),
  },
  {
    // The last half second is still on its way when the target's fence moves on, and is refused there.
    name: 'the barrier is skipped',
    crime: 'lost',
    setting: slowFeed,
    fault: control({ skipBarrier: true }),
  },
  {
    // The late edge sends writes to the loser for a second longer, whose fence refuses them.
    name: 'edges are released before all have acknowledged',
    crime: 'failed',
    setting: slowEdge,
    fault: control({ skipEdgeAck: true }),
  },
  {
    // Reads that the monolith still answers show the service's rows half a second late.
    name: 'freshness is off',
    crime: 'stale',
    setting: slowFeed,
    fault: { 'edge-1': staleEdge, 'edge-2': staleEdge },
  },
]

/** Variables of both, process by process. */
const both = (one: Trial['setting'], other: Trial['setting']): Trial['setting'] => {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<ComponentName>
  return Object.fromEntries([...names].map((name) => [name, { ...one[name], ...other[name] }]))
}

/** A slow feed is at times over its budget: as an operator does, waits, and asks again. */
async function inTime<T>(arena: Arena, transfer: () => Promise<T>): Promise<T> {
  for (let left = 10; ; left -= 1) {
    await arena.passes('lag')
    try {
      return await transfer()
    } catch (error) {
      const closed = error instanceof ControlRefused && error.code === 'MATAPALO_GATES_CLOSED'
      if (!closed || left === 0) throw error
    }
  }
}

/** @param whole true for the toolkit with all its protections */
export async function runTrial(
  trial: Trial,
  whole: boolean,
  instance: string,
): Promise<TrialResult> {
  const arena = await Arena.open({
    instance,
    books: 500,
    users: 1_200,
    orders: 200,
  })
  // Half of them clerks: what a missing protection lets through is mostly a write of theirs.
  const traffic = new Traffic(arena.loadOptions({ customers: 20, clerks: 20, rate: 100 }))
  try {
    await arena.setOut()
    // Only now: a backfill throttles itself for as long as the feed is late.
    const env = whole ? trial.setting : both(trial.setting, trial.fault)
    for (const name of Object.keys(env) as ComponentName[]) {
      await arena.stack.restart(name, env[name])
    }
    await traffic.prepare()
    await arena.rememberStock()
    const ledger = new WriteLedger()
    const bookIds = [101, 102, 103]
    const bypass = new BypassWriter(
      arena.shop,
      { ledger, tally: new Tally() },
      { bookIds, perSecond: 50 },
    )
    await traffic.start()
    bypass.start()
    await sleep(3_000)
    const view = await inTime(arena, () =>
      arena.transfer('cutover', `trial: ${trial.name}`, budgets),
    )
    await sleep(3_000)
    await bypass.stop()
    const { summary, writes, ownPrices } = await traffic.stop()
    const verdict = await arena.verdict({
      writes: [...writes, ...ledger.writes],
      ownPrices: new Map(ownPrices),
    })
    const counts = {
      failed: summary.failedRequests,
      lost: verdict.lostWrites,
      doubled: verdict.doubledWrites,
      stale: summary.staleReads,
    }
    return {
      outcome: view.outcome ?? view.state,
      pauseMs: view.pauseMs,
      requests: summary.requests,
      ...counts,
      examples: [
        ...[...summary.failures, ...summary.stale].map(({ at, what }) => `${at} ms: ${what}`),
        ...verdict.examples,
        ...(view.error === null ? [] : [view.error.message]),
      ],
    }
  } finally {
    traffic.kill()
    await arena.close()
  }
}
