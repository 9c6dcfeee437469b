/**
 * Counts what was lost and doubled, by domain, with a few examples.
 *
 * @module
 */
import { type Domain, domainOfKind } from '../domains.ts'
import type { Write } from '../ledger.ts'

export interface Losses {
  lostWrites: number
  doubledWrites: number
  /** Writes without an answer, and whether they turned out to exist. */
  unknownWrites: number
  unknownThatExist: number
}

export type LossesByDomain = Readonly<Record<Domain, Readonly<Losses>>>

const none = (): Losses => ({
  lostWrites: 0,
  doubledWrites: 0,
  unknownWrites: 0,
  unknownThatExist: 0,
})

const keep = 50

export class Judge {
  readonly #byDomain: Record<Domain, Losses> = {
    catalog: none(),
    users: none(),
    orders: none(),
    support: none(),
    storefront: none(),
  }
  readonly #examples: string[] = []

  lost(domain: Domain, what: string): void {
    this.#byDomain[domain].lostWrites += 1
    this.#note(`lost: ${what}`)
  }

  doubled(domain: Domain, what: string): void {
    this.#byDomain[domain].doubledWrites += 1
    this.#note(`doubled: ${what}`)
  }

  /** @param found how often its reference stands at the owner */
  judge(write: Write, found: number, what: string, domain = domainOfKind(write.kind)): void {
    const where = `${what} ${write.reference} (at ${write.at} ms)`
    const counts = this.#byDomain[domain]
    if (write.fate === 'acknowledged') {
      if (found === 0) this.lost(domain, where)
      if (found > 1) this.doubled(domain, `${where} stands ${found} times`)
      return
    }
    if (write.fate === 'unknown') {
      counts.unknownWrites += 1
      if (found > 0) counts.unknownThatExist += 1
      if (found > 1) this.doubled(domain, `${where} stands ${found} times`)
      return
    }
    if (found > 0) this.doubled(domain, `${where} was refused, yet exists`)
  }

  /** What was taken away must be gone. */
  judgeGone(write: Write, isThere: boolean, what: string): void {
    this.judge(write, isThere ? 0 : 1, what)
  }

  get byDomain(): LossesByDomain {
    return this.#byDomain
  }

  get total(): Losses {
    const sum = none()
    for (const counts of Object.values(this.#byDomain)) {
      for (const name of Object.keys(sum) as (keyof Losses)[]) sum[name] += counts[name]
    }
    return sum
  }

  get examples(): readonly string[] {
    return this.#examples
  }

  #note(what: string): void {
    if (this.#examples.length < keep) this.#examples.push(what)
  }
}
