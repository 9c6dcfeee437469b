/**
 * Every second: is what the databases enforce what the ledger says? A fence that should be closed is
 * closed at once; one that is newer than the ledger, or a server that is another one, freezes the
 * domain until a person has looked. Between transfers only: a running one moves fences itself. Then
 * too the loser's application loses its rights to write.
 *
 * @module
 */
import {
  type InstalledTriggers,
  installedTriggers,
  readFence,
  setFence,
  triggersAbsent,
} from '@matapalo/cdc/fence'
import { collectRefusals } from '@matapalo/cdc/refusals'
import { loadServer } from '@matapalo/cdc/shapes'
import { LeaseLost, type Manifest, type Side } from '@matapalo/core'
import { sleep } from '@matapalo/runtime'
import type { Control } from './control.ts'
import type { Duty } from './leadership.ts'
import { writeAudit } from './ledger/audit.ts'
import { isUnderWay, readDecommissions } from './ledger/decommissions.ts'
import { type Domain, freeze, readDomain } from './ledger/domains.ts'
import { type FenceIntent, intend, readIntents } from './ledger/fences.ts'
import { readTransfers } from './ledger/transfers.ts'
import { mirroredDomains } from './live/captured.ts'
import { fencedTables } from './live/fenced.ts'
import { settlePrivileges } from './live/privileges.ts'
import { schemaOf } from './live/stores.ts'
import { metrics } from './metrics.ts'
import { judgeFence } from './reconcileFence.ts'

/** 1000 (one second). */
const everyMs = 1000
/** 5: a look at a schema's triggers costs its server tens of milliseconds under load. */
const triggersEvery = 5
/** 5: reading a busy server's statement history takes it up to a quarter of a second. */
const refusalsEvery = 5
/** 2: connectors are asked for every second time; failed ones are started again with back-off. */
const connectorEvery = 2
/** 2000 (two seconds): budget of one repair. */
const repairBudgetMs = 2000

const sides: readonly Side[] = ['monolith', 'service']

export class Reconciler implements Duty {
  readonly #control: Control
  #stopping = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #told = new Map<string, string>()

  constructor(control: Control) {
    this.#control = control
  }

  start(): void {
    this.#stopping = new AbortController()
    this.#running = this.#loop(this.#stopping.signal)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  async #loop(signal: AbortSignal): Promise<void> {
    for (let round = 0; !signal.aborted; round += 1) {
      await this.round(round).catch((error: unknown) => {
        if (!(error instanceof LeaseLost)) this.#tell('round', error)
      })
      await sleep(everyMs, undefined, { signal }).catch(() => undefined)
    }
  }

  /** Logs what is new, not the same line every second. */
  #tell(what: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error)
    if (this.#told.get(what) === message) return
    this.#told.set(what, message)
    this.#control.log.warn({ what, err: error }, 'reconcile.failed')
  }

  /** One look; the dearer looks not in every round. */
  async round(round: number): Promise<void> {
    const prepared = (await mirroredDomains(this.#control)).filter(({ prepared }) => prepared)
    metrics.frozen.set(prepared.filter(({ frozen }) => frozen !== null).length)
    // First of all: is it the server that we know? Nothing is opened on another one.
    for (const side of sides)
      await this.#identity(side, prepared).catch((error: unknown) => this.#tell(side, error))
    const ending = (await readDecommissions(this.#control.ledger)).filter(isUnderWay)
    for (const domain of prepared)
      for (const side of sides)
        await this.#fence(domain, side).catch((error: unknown) =>
          this.#tell(`${domain.name} fence ${side}`, error),
        )
    if (round % triggersEvery === 0) {
      // The tables of an ending domain have other names meanwhile.
      const standing = prepared.filter(({ name }) => !ending.some(({ domain }) => domain === name))
      let missing = 0
      for (const side of sides) missing += await this.#triggers(side, standing)
      metrics.triggersMissing.set(missing)
      for (const domain of prepared)
        await settlePrivileges(this.#control, domain).catch((error: unknown) =>
          this.#tell(`${domain.name} privileges`, error),
        )
    }
    for (const side of sides) {
      if (prepared.length > 0 && round % refusalsEvery === 0)
        await this.#refusals(side, prepared).catch((error: unknown) =>
          this.#tell(`refusals ${side}`, error),
        )
      if (round % connectorEvery === 0 && prepared.length > 0)
        await this.#revive(side).catch((error: unknown) => this.#tell(`connector ${side}`, error))
    }
  }

  async #revive(side: Side): Promise<void> {
    const { feeds, log } = this.#control
    if (await feeds.revive(side)) log.warn({ side }, 'connector.restarted')
  }

  async #refusals(side: Side, prepared: readonly Domain[]): Promise<void> {
    const lost = prepared.filter(({ owner }) => owner !== side)
    const manifests = await this.#control.manifests()
    const fenced = lost.flatMap(({ name }) => manifests.get(name) ?? [])
    await collectRefusals(
      this.#control.stores[side],
      fenced.map((manifest) => fencedTables(manifest, side)),
    )
  }

  async #fence({ name }: Domain, side: Side): Promise<void> {
    const { ledger, stores, lease, log } = this.#control
    // The fence first: intents are written before fences, so what is newer now is really newer.
    const actual = await readFence(stores[side], name)
    const intent = (await readIntents(ledger)).find(
      (one) => one.domain === name && one.side === side,
    )
    const domain = await readDomain(ledger, name)
    if (intent === undefined || domain === null || domain.transferId !== null) return
    const verdict = judgeFence(actual, intent)
    if (verdict.kind === 'right') return
    if (verdict.kind === 'freeze') return this.#freeze(domain, verdict.why)
    if (domain.frozen !== null && !intent.closed) return
    if ((await readTransfers(ledger, { state: 'running', domain: name }, 1)).length > 0) return
    const repaired = await lease.guarded('reconcile', (tx) => this.#newSeq(tx, domain, intent))
    if (repaired === null) return
    const moved = await setFence(stores[side], name, { ...repaired, budgetMs: repairBudgetMs })
    metrics.fencesRepaired.inc()
    log.error(
      { domain: name, side, closed: intent.closed, outcome: moved.outcome },
      'fence.repaired',
    )
  }

  async #newSeq(
    tx: Parameters<Parameters<Control['lease']['guarded']>[1]>[0],
    domain: Domain,
    intent: FenceIntent,
  ): Promise<FenceIntent | null> {
    const seq = domain.fenceSeq + 1
    const { affectedRows } = await tx.execute(
      'UPDATE domain SET fence_seq = ? WHERE name = ? AND fence_seq = ? AND transfer_id IS NULL',
      [seq, domain.name, domain.fenceSeq],
    )
    if (affectedRows === 0) return null
    const repaired = { ...intent, seq }
    await intend(tx, [repaired])
    return repaired
  }

  async #freeze(domain: Domain, why: string): Promise<void> {
    if (domain.frozen !== null) return
    const { lease, log } = this.#control
    await lease.guarded('reconcile', async (tx) => {
      await freeze(tx, domain.name, why)
      await writeAudit(tx, {
        actor: 'reconciler',
        action: 'freeze',
        domain: domain.name,
        detail: { why },
      })
    })
    log.error({ domain: domain.name, why }, 'domain.frozen')
  }

  /** How many are missing on one side. Each schema is looked at once, whoever shares it. */
  async #triggers(side: Side, domains: readonly Domain[]): Promise<number> {
    const manifests = await this.#control.manifests()
    const bySchema = Map.groupBy(
      domains.map(({ name }) => manifests.get(name)).filter((one) => one !== undefined),
      (manifest) => schemaOf(manifest, side),
    )
    let missing = 0
    for (const [schema, sharing] of bySchema) {
      try {
        const present = await installedTriggers(this.#control.stores[side], schema)
        for (const manifest of sharing) missing += this.#missingOf(manifest, side, present)
      } catch (error) {
        this.#tell(`${sharing.map(({ domain }) => domain).join(', ')} triggers ${side}`, error)
      }
    }
    return missing
  }

  #missingOf(manifest: Manifest, side: Side, present: InstalledTriggers): number {
    const missing = triggersAbsent(present, fencedTables(manifest, side))
    const names = missing.map(({ name }) => name).join(', ')
    const key = `${manifest.domain} missing ${side}`
    if (names !== '' && this.#told.get(key) !== names)
      this.#control.log.error(
        { domain: manifest.domain, side, triggers: names },
        'triggers.missing',
      )
    this.#told.set(key, names)
    return missing.length
  }

  async #identity(side: Side, prepared: readonly Domain[]): Promise<void> {
    const { ledger, stores, lease } = this.#control
    const { identity } = await loadServer(stores[side])
    const [known] = await ledger.query('SELECT uid FROM server WHERE side = ?', [side])
    if (known === undefined) {
      await lease.guarded('reconcile', (tx) =>
        tx.execute('INSERT IGNORE INTO server (side, uid) VALUES (?, ?)', [side, identity]),
      )
    } else if (known.uid !== identity) {
      const why = `the ${side} database is ${identity}, the ledger knows ${known.uid}`
      for (const domain of prepared) await this.#freeze(domain, why)
    }
  }
}
