/**
 * Accepts transfers, runs them over their journals, and goes on with those that an earlier conductor
 * left behind.
 *
 * @module
 */
import {
  type Ended,
  type JournalEntry,
  judge,
  LeaseLost,
  runTransfer,
  type TransferKind,
  type TransferResult,
} from '@matapalo/core'
import { sleep } from '@matapalo/runtime'
import { z } from 'zod'
import type { Control } from './control.ts'
import { GatesClosed, Refused } from './errors.ts'
import { breakPorts, breakSteps } from './faults.ts'
import { writeAudit } from './ledger/audit.ts'
import { readDomains } from './ledger/domains.ts'
import { LedgerJournal } from './ledger/journal.ts'
import {
  insertTransfer,
  readTransfer,
  readTransfers,
  type Transfer,
  type WindowBudgets,
} from './ledger/transfers.ts'
import { livePorts } from './live/ports.ts'
import { metrics } from './metrics.ts'
import { moveOf } from './move.ts'
import { type Move, Notes } from './ports.ts'
import { checkGates } from './preconditions/index.ts'
import { transferSteps } from './steps/index.ts'
import { windowBudgets } from './windowBudgets.ts'

export interface TransferRequest {
  readonly kind: TransferKind
  readonly domains: readonly string[]
  readonly without: readonly string[]
  readonly actor: string
  readonly reason: string
  readonly budgets: Partial<WindowBudgets>
}

/** 20 × 2^n up to 1000 (milliseconds). */
const backOff = (attempt: number): Promise<void> =>
  sleep(Math.min(1000, 20 * 2 ** Math.min(attempt, 10)))

/** 250 (milliseconds): between two looks at a ledger that does not answer. */
const ledgerRetryMs = 250

/** What verifyLast leaves in the journal. */
const comparedSchema = z.object({
  keys: z.number(),
  offsets: z.record(z.string(), z.string()),
})

export class Conductor {
  readonly #control: Control
  readonly #running = new Map<number, Promise<void>>()
  #stopped = false

  constructor(control: Control) {
    this.#control = control
  }

  /** Goes on with every transfer that has not ended: what is not committed unwinds. */
  async start(): Promise<void> {
    this.#stopped = false
    for (const transfer of await readTransfers(this.#control.ledger, { state: 'running' }))
      this.#track(transfer, true)
  }

  /** Transfers stop where they stand; the journal says where. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.race([Promise.allSettled(this.#running.values()), sleep(3000)])
  }

  /** @returns the transfer's id; it runs on by itself */
  async request(request: TransferRequest): Promise<number> {
    const lease = this.#control.lead()
    const domains = [...new Set(request.domains)].sort()
    const parts = await Promise.all(domains.map((name) => this.#control.domain(name)))
    const judgement = judge(await checkGates(this.#control, request.kind, domains), request.without)
    if (!judgement.allowed)
      throw new GatesClosed(request.kind, judgement.refusals, judgement.unknown)
    const budgets = windowBudgets(
      parts.map(({ manifest }) => manifest.budgets),
      request.budgets,
    )
    const { actor, reason, without, kind } = request
    const id = await lease.guarded(kind, async (tx) => {
      // Two requests at once must not both find the domains free.
      await tx.query('SELECT name FROM domain ORDER BY name FOR UPDATE')
      const now = (await readDomains(tx)).filter(({ name }) => domains.includes(name))
      const busy = now.find(({ transferId }) => transferId !== null)
      const [running] = await readTransfers(tx, { state: 'running' })
      if (busy !== undefined || running?.domains.some((name) => domains.includes(name)))
        throw new Refused(
          `${domains.join(', ')}: a transfer is running; run: matapalo status ${domains[0]}`,
        )
      const phases = Object.fromEntries(now.map(({ name, phase }) => [name, phase]))
      const options = { actor, reason, without, budgets, phases }
      const inserted = await insertTransfer(tx, kind, domains, options)
      for (const domain of domains)
        await writeAudit(tx, {
          actor,
          action: kind,
          domain,
          detail: { transfer: inserted, reason, waived: judgement.waived },
        })
      return inserted
    })
    const transfer = await readTransfer(this.#control.ledger, id)
    if (transfer === null) throw new TypeError(`transfer ${id} vanished`)
    this.#track(transfer, false)
    return id
  }

  /** Resolves when the transfer ended, or the limit passed. */
  async ended(id: number, limitMs: number): Promise<void> {
    const running = this.#running.get(id)
    if (running !== undefined) await Promise.race([running, sleep(limitMs)])
  }

  #track(transfer: Transfer, resumed: boolean): void {
    if (this.#running.has(transfer.id)) return
    const running = this.#run(transfer, resumed)
      .catch((error: unknown) =>
        this.#control.log.error({ transfer: transfer.id, err: error }, 'transfer.stopped'),
      )
      .finally(() => this.#running.delete(transfer.id))
    this.#running.set(transfer.id, running)
  }

  async #run(transfer: Transfer, resumed: boolean): Promise<void> {
    const { log } = this.#control
    for (let again = resumed; !this.#stopped; again = true) {
      const notes = new Notes()
      try {
        const move = await moveOf(this.#control, transfer)
        const result = await this.#attempt(move, notes, again)
        await this.#close(move, result)
        return
      } catch (error) {
        if (error instanceof LeaseLost && !this.#control.lease.leads) {
          log.warn({ transfer: transfer.id, err: error }, 'transfer.leaseLost')
          return
        }
        // The ledger did not answer. Whatever was sent is settled by the next read of the journal.
        log.error({ transfer: transfer.id, err: error }, 'transfer.interrupted')
        await sleep(ledgerRetryMs)
      } finally {
        await notes.close()
      }
    }
  }

  async #attempt(move: Move, notes: Notes, resumed: boolean): Promise<TransferResult> {
    const { ledger, lease, faults, log } = this.#control
    const ports = breakPorts(await livePorts(this.#control), faults)
    const wanted = transferSteps(ports, move, notes)
    // Faults strike a transfer's first run; whoever resumes it must succeed.
    const steps = resumed ? wanted : breakSteps(wanted, faults)
    const journal = new LedgerJournal(ledger, lease, move)
    let begun = performance.now()
    return runTransfer(steps, journal, {
      resumed,
      backOff,
      onTurn: ({ step, act }: JournalEntry, ended: Ended) => {
        const ms = performance.now() - begun
        begun = performance.now()
        metrics.stepSeconds.observe({ step, act }, ms / 1000)
        const fields = { transfer: move.id, step, act, durationMs: Math.round(ms * 10) / 10 }
        if (ended.error)
          log.warn({ ...fields, code: ended.error.code, why: ended.error.message }, 'step.failed')
        else log.info(fields, 'step.done')
      },
    })
  }

  async #close(move: Move, result: TransferResult): Promise<void> {
    const { ledger, log } = this.#control
    const { kind, id } = move
    metrics.transfers.inc({ kind, outcome: result.outcome })
    const ended = await readTransfer(ledger, id)
    if (ended?.pauseMs != null) metrics.pauseSeconds.observe(ended.pauseMs / 1000)
    log.info(
      {
        transfer: id,
        kind,
        outcome: result.outcome,
        code: result.error?.code,
        durationMs: ended?.pauseMs,
      },
      'transfer.ended',
    )
    for (const domain of move.domains)
      await writeAudit(ledger, {
        actor: 'conductor',
        action: `${kind}.${result.outcome}`,
        domain,
        detail: { transfer: id, pauseMs: ended?.pauseMs, error: result.error },
      })
    const compared = comparedSchema.safeParse(
      ended?.steps.find(({ step, state }) => step === 'verifyLast' && state === 'done')?.detail,
    )
    if (result.outcome !== 'completed' || !compared.success) return
    const { verification } = await livePorts(this.#control)
    await verification.noteClean(move, compared.data.keys, compared.data.offsets)
  }
}
