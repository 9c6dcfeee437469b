/**
 * The backfill: incremental snapshots driven to completion, throttled by the lag of live changes,
 * then a barrier behind the last row, and the reverse connector. The ledger keeps the run, so any
 * conductor goes on with it.
 *
 * @module
 */
import { readApplierState } from '@matapalo/cdc/applierState'
import { awaitApplied } from '@matapalo/cdc/barrier'
import { readFence } from '@matapalo/cdc/fence'
import { writeMarker } from '@matapalo/cdc/markers'
import {
  pauseSnapshot,
  progressOf,
  resumeSnapshot,
  type Sample,
  type SnapshotRun,
  startSnapshot,
  stopSnapshot,
  throttle,
  watchSnapshot,
} from '@matapalo/cdc/snapshots'
import { sweepKeys } from '@matapalo/cdc/verification'
import { hasTables, LeaseLost, type Manifest } from '@matapalo/core'
import { sleep } from '@matapalo/runtime'
import { forgetBrokenFeed } from './brokenFeed.ts'
import type { Control } from './control.ts'
import { Refused, SnapshotFailed } from './errors.ts'
import { writeAudit } from './ledger/audit.ts'
import {
  type BackfillDetail,
  type BackfillState,
  movePhase,
  readDomain,
  readDomains,
  setBackfill,
} from './ledger/domains.ts'
import { publishTable } from './ledger/routeTables.ts'
import { captured } from './live/captured.ts'
import { comparedStores, pairsOf } from './live/pairs.ts'
import { schemaOf, tablesOf } from './live/stores.ts'

/** 250 (milliseconds): how often progress is looked at and written down. */
const lookEveryMs = 250
/** 10000 (ten seconds): window of the rate. */
const windowMs = 10_000

export type BackfillAction = 'start' | 'pause' | 'resume' | 'stop'

export class Backfills {
  readonly #control: Control
  readonly #driven = new Map<string, AbortController>()

  constructor(control: Control) {
    this.#control = control
  }

  /** Goes on with what an earlier conductor began. */
  async start(): Promise<void> {
    for (const domain of await readDomains(this.#control.ledger))
      if (domain.backfill === 'running' || domain.backfill === 'paused') this.#drive(domain.name)
  }

  stop(): void {
    for (const driven of this.#driven.values()) driven.abort()
    this.#driven.clear()
  }

  async act(name: string, action: BackfillAction, actor: string): Promise<BackfillState> {
    const { domain, manifest } = await this.#control.domain(name)
    const { stores } = this.#control
    const lease = this.#control.lead()
    const refuse = (fact: string): never => {
      throw new Refused(`${name}: ${fact}; run: matapalo status ${name}`)
    }
    if (!hasTables(manifest)) refuse('it has no tables: there is nothing to backfill')
    if (!domain.prepared)
      throw new Refused(`${name}: it is not prepared; run: matapalo prepare ${name}`)
    if (domain.transferId !== null) refuse(`transfer ${domain.transferId} is running`)
    if (domain.owner !== 'monolith')
      refuse('its owner is the service: there is nothing to backfill')
    const { backfill } = domain
    const run = (domain.backfillDetail?.run ?? null) as SnapshotRun | null
    if (action === 'start' && backfill === 'running') return 'running'
    if (action === 'pause' && backfill !== 'running') refuse('no backfill is running')
    if (action === 'resume' && backfill !== 'paused') refuse('the backfill is not paused')
    if (action === 'stop' && backfill !== 'running' && backfill !== 'paused')
      refuse('no backfill is running')
    if (action === 'start') await forgetBrokenFeed(this.#control, name)
    if (action === 'pause') await pauseSnapshot(stores.monolith)
    if (action === 'resume') await resumeSnapshot(stores.monolith)
    if (action === 'stop' && run !== null) await stopSnapshot(stores.monolith, run)
    const state: BackfillState =
      action === 'pause' ? 'paused' : action === 'stop' ? 'none' : 'running'
    const detail: BackfillDetail =
      action === 'start'
        ? { startedAt: new Date().toISOString() }
        : { ...domain.backfillDetail, held: action === 'pause' }
    const table = await lease.guarded('backfill', async (tx) => {
      if (action === 'start') {
        const moved = await movePhase(
          tx,
          name,
          ['registered', 'backfill', 'shadow', 'canary'],
          'backfill',
        )
        if (!moved) refuse(`it is in phase ${domain.phase}`)
      }
      await setBackfill(tx, name, state, detail)
      await writeAudit(tx, {
        actor,
        action: `backfill.${action}`,
        domain: name,
        detail: { manifest: manifest.file },
      })
      return action === 'start' ? publishTable(tx) : null
    })
    if (table !== null) this.#control.hub.publish(table)
    if (action === 'stop') this.#driven.get(name)?.abort()
    else this.#drive(name)
    return state
  }

  #drive(name: string): void {
    if (this.#driven.has(name)) return
    const driven = new AbortController()
    this.#driven.set(name, driven)
    const { log } = this.#control
    const again = async (): Promise<void> => {
      while (!driven.signal.aborted) {
        try {
          return await this.#run(name, driven.signal)
        } catch (error) {
          if (driven.signal.aborted || error instanceof LeaseLost) return
          log.warn({ domain: name, err: error }, 'backfill.failed')
          if (error instanceof SnapshotFailed)
            return await this.#note(name, 'none', { error: error.message })
          await sleep(1000, undefined, { signal: driven.signal }).catch(() => undefined)
        }
      }
    }
    void again()
      .catch((error: unknown) => log.error({ domain: name, err: error }, 'backfill.ended'))
      .finally(() => this.#driven.delete(name))
  }

  /** Adds to what the ledger says, unless somebody stopped the backfill meanwhile. */
  async #note(name: string, state: BackfillState | null, more: BackfillDetail): Promise<void> {
    await this.#control.lease.guarded('backfill', async (tx) => {
      const domain = await readDomain(tx, name)
      if (domain === null || domain.backfill === 'none') return
      await setBackfill(tx, name, state ?? domain.backfill, { ...domain.backfillDetail, ...more })
    })
  }

  async #begin(name: string, manifest: Manifest): Promise<SnapshotRun> {
    const { ledger, stores, feeds } = this.#control
    const detail = (await readDomain(ledger, name))?.backfillDetail
    if (detail?.run !== undefined) return detail.run as SnapshotRun
    const run = await startSnapshot(stores.monolith, stores.service, feeds.kafka, {
      domain: name,
      side: 'monolith',
      schema: schemaOf(manifest, 'monolith'),
      tables: tablesOf(manifest, 'monolith'),
    })
    // Killed before this line, the next conductor asks again: rows are then read twice, to no harm.
    await this.#note(name, null, { run, estimatedRows: run.estimatedRows })
    return run
  }

  async #run(name: string, signal: AbortSignal): Promise<void> {
    const { manifest } = await this.#control.domain(name)
    const { feeds, log } = this.#control
    const run = await this.#begin(name, manifest)
    const watch = await watchSnapshot(feeds.kafka, run, log)
    try {
      await this.#follow(name, run, watch, signal)
    } finally {
      await watch.stop()
    }
    await this.#complete(name, manifest, run)
  }

  async #follow(
    name: string,
    run: SnapshotRun,
    watch: Awaited<ReturnType<typeof watchSnapshot>>,
    signal: AbortSignal,
  ): Promise<void> {
    const { ledger, stores, lag } = this.#control
    const samples: Sample[] = []
    let throttled = false
    for (;;) {
      signal.throwIfAborted()
      const [state, status, domain] = [
        await readApplierState(stores.service, name, 'forward'),
        watch.status(),
        await readDomain(ledger, name),
      ]
      if (domain === null || domain.backfill === 'none') return signal.throwIfAborted()
      samples.push({ atMs: Date.now(), snapshotRows: state?.snapshotRows ?? 0n })
      while ((samples[0]?.atMs ?? 0) < Date.now() - windowMs) samples.shift()
      const progress = progressOf(run, samples)
      const lagMs = await lag.nowMs(name, 'forward')
      await this.#note(name, null, { progress, snapshot: status, lagMs, throttled })
      if (status.phase === 'completed') return
      if (status.phase === 'aborted') throw new SnapshotFailed(name, status.failed)
      if (domain.backfill === 'running' && status.phase !== 'asked') {
        const verdict = throttle(lagMs, throttled)
        if (verdict === 'pause') await pauseSnapshot(stores.monolith)
        if (verdict === 'resume') await resumeSnapshot(stores.monolith)
        if (verdict !== 'keep') throttled = verdict === 'pause'
      }
      await sleep(lookEveryMs, undefined, { signal })
    }
  }

  async #complete(name: string, manifest: Manifest, run: SnapshotRun): Promise<void> {
    const { ledger, stores, feeds, log } = this.#control
    const domain = await readDomain(ledger, name)
    const token = await writeMarker(stores.monolith, name)
    const { state } = await awaitApplied(stores.service, {
      domain: name,
      direction: 'forward',
      token,
      term: domain?.ownerTerm ?? 0,
      rogueAtMost: 2n ** 63n,
      timeoutMs: 600_000,
      pollMs: 50,
    })
    const finishedAt = new Date().toISOString()
    const rows = Number(state.snapshotRows - BigInt(run.rowsBefore))
    const seconds = (Date.parse(finishedAt) - run.startedAt) / 1000
    // What the monolith deleted while no feed ran. A first backfill found the tables empty.
    const fence = await readFence(stores.service, name)
    const { removed } =
      run.rowsBefore === '0'
        ? { removed: {} }
        : await sweepKeys(comparedStores(stores, manifest), await pairsOf(stores, manifest), {
            domain: name,
            owner: 'monolith',
            followerDb: stores.service,
            term: fence?.term ?? 0,
          })
    await feeds.ensureConnector(
      'service',
      await captured(this.#control, (one) => one.backfill === 'complete' || one.name === name),
      manifest.domain,
    )
    await this.#note(name, 'complete', {
      finishedAt,
      rows,
      rowsPerSecond: Math.round(rows / Math.max(0.001, seconds)),
      seconds,
      removed,
    })
    log.info({ domain: name, rows, durationMs: Math.round(seconds * 1000) }, 'backfill.completed')
  }
}
