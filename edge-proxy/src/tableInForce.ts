/**
 * The one frozen route table that this edge decides by, and what follows from it alone.
 *
 * @module
 */
import { canaryReads, type DomainState, type RouteTable, type Side } from '@matapalo/core'

export class TableInForce {
  #table: RouteTable | undefined
  #watched: ReadonlySet<string> = new Set()
  #held: readonly string[] = []
  #states: ReadonlyMap<string, DomainState> = new Map()
  readonly #listeners: ((table: RouteTable) => void)[] = []

  get table(): RouteTable | undefined {
    return this.#table
  }

  get epoch(): number {
    return this.#table?.epoch ?? 0
  }

  /** Domains that some route reads on the side that does not own them. */
  get watched(): ReadonlySet<string> {
    return this.#watched
  }

  get held(): readonly string[] {
    return this.#held
  }

  state(domain: string): DomainState | undefined {
    return this.#states.get(domain)
  }

  /** Listeners run in the turn in which the table comes into force. */
  onChange(listener: (table: RouteTable) => void): void {
    this.#listeners.push(listener)
  }

  /** @returns false when the table is not newer than the one in force */
  apply(table: RouteTable): boolean {
    if (this.#table !== undefined && table.epoch <= this.#table.epoch) return false
    this.#table = table
    this.#states = new Map(table.domains.map((state) => [state.domain, state]))
    this.#held = table.domains.filter(({ hold }) => hold).map(({ domain }) => domain)
    this.#watched = watchedDomains(table)
    for (const listener of this.#listeners) listener(table)
    return true
  }
}

/** Domains whose writes need tokens, because somebody reads them where they are not written. */
export function watchedDomains(table: RouteTable): ReadonlySet<string> {
  const owners = new Map(table.domains.map(({ domain, owner }) => [domain, owner]))
  const watched = new Set(canaryReads(table))
  for (const route of table.routes) {
    const owner = route.domain === null ? undefined : owners.get(route.domain)
    const side: Side = (owner && route.side) ?? owner ?? 'monolith'
    for (const domain of route.reads) {
      const writer = owners.get(domain)
      if (writer !== undefined && writer !== side) watched.add(domain)
    }
  }
  return watched
}
