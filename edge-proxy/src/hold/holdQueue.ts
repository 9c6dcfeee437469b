/**
 * Requests that wait for a transfer: one line in order of arrival, bounded in length and time.
 *
 * When a hold is lifted the line is released from its head, a bounded number at a time, so that the
 * new owner is not met by a herd; a slot is free again when its request has its answer's head, or
 * after a moment, since a released request may itself wait for one that stands behind it. While a
 * line is being released, later writers of the same domain join its tail: nobody overtakes.
 *
 * @module
 */
import { HoldExpired, HoldFull } from '../errors.ts'

export interface HoldLimits {
  /** Most requests that wait. */
  readonly count: number
  /** Longest wait of one request, ms, over all its waits. */
  readonly maxMs: number
  /** Most released requests without an answer's head. */
  readonly released: number
  /** After this many ms a released request no longer counts against `released`. */
  readonly slotMs: number
}

export type HeldOutcome = 'released' | 'expired' | 'overflow' | 'left'

/** @param ms from the first wait to the end of this one */
export type HoldReport = (domains: readonly string[], outcome: HeldOutcome, ms: number) => void

/** One request in the line. */
interface Waiting {
  readonly order: number
  readonly domains: readonly string[]
  readonly blocked: () => boolean
  readonly release: (slot: Slot) => void
  gone: boolean
}

/** Held by a released request; freed once, by whoever comes first. */
export interface Slot {
  free(): void
}

export interface Applicant {
  /** Place in the order of arrival; a request that has to wait again keeps it. */
  readonly order: number
  /** `performance.now()` of the first wait. */
  readonly since: number
  readonly domains: readonly string[]
  /** Would it have to wait, by what is known now? */
  readonly blocked: () => boolean
  /** Aborts when the client leaves. */
  readonly signal: AbortSignal
}

export class HoldQueue {
  readonly #limits: HoldLimits
  readonly #report: HoldReport
  #line: Waiting[] = []
  #length = 0
  #released = 0
  #pumping = false
  readonly #perDomain = new Map<string, number>()

  constructor(limits: HoldLimits, report: HoldReport = () => {}) {
    this.#limits = limits
    this.#report = report
  }

  get length(): number {
    return this.#length
  }

  waitingFor(domain: string): number {
    return this.#perDomain.get(domain) ?? 0
  }

  /** Does anybody wait who may write one of these? */
  standsBefore(domains: readonly string[]): boolean {
    return this.#length > 0 && domains.some((domain) => this.waitingFor(domain) > 0)
  }

  /**
   * @returns the slot of the released request, or null when the client left
   * @throws HoldFull at once, HoldExpired at the limit
   */
  wait(applicant: Applicant): Promise<Slot | null> {
    const { domains, signal } = applicant
    const left = this.#limits.maxMs - (performance.now() - applicant.since)
    if (this.#length >= this.#limits.count) {
      this.#report(domains, 'overflow', 0)
      return Promise.reject(new HoldFull(domains, this.#limits.count))
    }
    return new Promise((resolve, reject) => {
      const end = (outcome: HeldOutcome): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', onLeave)
        waiting.gone = true
        this.#length -= 1
        for (const domain of domains) this.#perDomain.set(domain, this.waitingFor(domain) - 1)
        this.#report(domains, outcome, performance.now() - applicant.since)
      }
      const onLeave = (): void => {
        end('left')
        resolve(null)
        this.update()
      }
      const timer = setTimeout(
        () => {
          end('expired')
          reject(new HoldExpired(domains, this.#limits.maxMs))
          this.update()
        },
        Math.max(0, left),
      )
      const waiting: Waiting = {
        order: applicant.order,
        domains,
        blocked: applicant.blocked,
        gone: false,
        release: (slot) => {
          end('released')
          resolve(slot)
        },
      }
      signal.addEventListener('abort', onLeave, { once: true })
      this.#insert(waiting)
      // It only stands behind a line that is being released; nobody else may come to move it on.
      if (!waiting.blocked()) queueMicrotask(() => this.update())
    })
  }

  #insert(waiting: Waiting): void {
    this.#length += 1
    for (const domain of waiting.domains) {
      this.#perDomain.set(domain, this.waitingFor(domain) + 1)
    }
    let place = this.#line.length
    while (place > 0 && (this.#line[place - 1] as Waiting).order > waiting.order) place -= 1
    this.#line.splice(place, 0, waiting)
  }

  /** Releases, in order, whoever need not wait any more. Call it when a table or a contact changed. */
  update(): void {
    if (this.#pumping || this.#length === 0) {
      if (this.#length === 0) this.#line = []
      return
    }
    this.#pumping = true
    try {
      const line = this.#line
      for (let i = 0; i < line.length && this.#released < this.#limits.released; i++) {
        const waiting = line[i] as Waiting
        if (!waiting.gone && !waiting.blocked()) waiting.release(this.#slot())
      }
      this.#line = this.#line.filter(({ gone }) => !gone)
    } finally {
      this.#pumping = false
    }
  }

  #slot(): Slot {
    this.#released += 1
    let taken = true
    const free = (): void => {
      if (!taken) return
      taken = false
      clearTimeout(timer)
      this.#released -= 1
      this.update()
    }
    const timer = setTimeout(free, this.#limits.slotMs)
    return { free }
  }
}
