/**
 * Own writes are read back, by causality and not by clocks (design section 8).
 *
 * A write's answer is held back until a token for it is kept for whoever wrote; a read on the side
 * that does not own the data waits until that side has applied the reader's token. What cannot be
 * known (no store, an unfinished write, a store that was restarted) is replaced by a fresh token,
 * which covers everything committed up to now. At the limit a read is served and counted as
 * possibly stale, and a request that writes is refused.
 *
 * Only domains that somebody reads on the other side are watched at all.
 *
 * @module
 */
import { type DomainState, otherSide, type Side } from '@matapalo/core'
import { type Log, sleep } from '@matapalo/runtime'
import { NotFreshInTime, TableOutdated } from '../errors.ts'
import type { Subject } from '../identity/subject.ts'
import type { AppliedWatch } from './applied.ts'
import { Floors } from './floors.ts'
import type { Keep, Remembered, TokenStore } from './store.ts'
import { newest, type Token } from './token.ts'
import { SideLost, type Tokens } from './tokens.ts'

export interface FreshnessReport {
  waited(outcome: 'applied' | 'late' | 'left', ms: number): void
  kept(outcome: 'kept' | 'applied' | 'unprotected', ms: number): void
  possiblyStale(domain: string): void
}

export interface FreshnessParts {
  readonly store: TokenStore
  readonly tokens: Tokens
  /** By the side whose database is read. */
  readonly applied: Readonly<Record<Side, AppliedWatch>>
  /** The state of a domain by the table in force. */
  readonly state: (domain: string) => DomainState | undefined
  /** Asks for the newest table at once; settles when one came or none came in time. */
  readonly refresh: () => Promise<void>
  readonly report: FreshnessReport
  readonly log: Log
  /** Longest wait of a read, ms. */
  readonly readMaxMs: number
  /** Longest wait of a write's answer, ms. */
  readonly writeMaxMs: number
}

export interface FreshRead {
  readonly domains: readonly string[]
  readonly side: Side
  readonly access: 'read' | 'write'
  readonly subjects: readonly Subject[]
  /** The reader may be known by another subject too: nothing that is remembered tells enough. */
  readonly unsure?: boolean
  readonly signal: AbortSignal
  /** Longest wait, ms, of a read that somebody else can serve, so that at the limit none is stale. */
  readonly maxMs?: number
}

export interface FreshWrite {
  readonly id: string
  readonly subjects: readonly Subject[]
  /** The writer may read as another subject too: tokens are kept for everybody. */
  readonly everybody?: boolean
  /** Domains it may have written, with the side that owned them when it was decided. */
  readonly domains: readonly { readonly domain: string; readonly owner: Side }[]
}

/** Between two tries of something that fails, ms. */
const retryMs = 25
/** Names a dirty mark that stands for those of the session before. */
const inherited = 'inherited'

export class Freshness {
  readonly #parts: FreshnessParts
  readonly #floors: Floors

  constructor(parts: FreshnessParts) {
    this.#parts = parts
    this.#floors = new Floors(parts.tokens, parts.state, parts.log)
  }

  /** The store may have forgotten: readers of these domains need fresh tokens from here on. */
  storeForgot(domains: readonly string[]): void {
    for (const domain of domains) this.#floors.raise(domain)
  }

  /**
   * Waits until `side` has what the caller may expect to see of `domains`.
   *
   * @throws NotFreshInTime for a request that writes, TableOutdated
   */
  async beforeRead(read: FreshRead): Promise<'fresh' | 'stale' | 'left'> {
    const begun = performance.now()
    const deadline = begun + (read.maxMs ?? this.#parts.readMaxMs)
    const known = await this.#remembered(read)
    let stale = false
    for (const [place, domain] of read.domains.entries()) {
      const outcome = await this.#domainFresh(domain, read, known?.[place] ?? null, deadline)
      this.#parts.report.waited(outcome, performance.now() - begun)
      if (outcome === 'left') return 'left'
      if (outcome === 'applied') continue
      if (read.maxMs !== undefined) return 'stale'
      if (read.access === 'write') throw new NotFreshInTime(domain, this.#parts.readMaxMs)
      this.#parts.report.possiblyStale(domain)
      stale = true
    }
    return stale ? 'stale' : 'fresh'
  }

  async #remembered(read: FreshRead): Promise<readonly Remembered[] | null> {
    return this.#parts.store.read(read.domains, read.subjects).catch(() => null)
  }

  async #domainFresh(
    domain: string,
    read: FreshRead,
    known: Remembered | null,
    deadline: number,
  ): Promise<'applied' | 'late' | 'left'> {
    const state = this.#parts.state(domain)
    if (state === undefined) return 'applied'
    const floor = this.#floors.of(domain)
    const remembered =
      known === null ? null : newest(known.token, floor === 'unknown' ? null : floor)
    if (remembered !== null && outdated(remembered, state)) await this.#catchUp(domain, remembered)
    const owner = this.#parts.state(domain)?.owner ?? state.owner
    if (owner === read.side) return 'applied'
    const unsure = read.unsure || known === null || known.dirty || floor === 'unknown'
    let token: Token | 'lost' | null = unsure ? null : remembered
    if (!unsure && token === null) return 'applied'
    // A token of the side that has lost the domain since is covered by the transfer's barrier.
    if (token !== null && token.side !== owner) return 'applied'
    for (;;) {
      if (read.signal.aborted) return 'left'
      token ??= await this.#takeOnce(owner, domain)
      if (token === 'lost') {
        // Decided again: by the newest table, whose owner the caller has not asked about yet.
        await this.#parts.refresh()
        if (this.#parts.state(domain)?.owner === owner) throw new TableOutdated(domain)
        return 'applied'
      }
      if (token !== null) {
        const outcome = await this.#parts.applied[read.side].wait(
          domain,
          token,
          deadline,
          read.signal,
        )
        if (outcome !== 'unknowable') return outcome
        token = null
      }
      if (performance.now() >= deadline) return 'late'
      await sleep(retryMs)
    }
  }

  async #catchUp(domain: string, token: Token): Promise<void> {
    await this.#parts.refresh()
    const state = this.#parts.state(domain)
    if (state !== undefined && outdated(token, state)) throw new TableOutdated(domain)
  }

  /** Makes the writer dirty. A store that is away is made up for after the write. */
  async beforeWrite({ domains, subjects, id }: FreshWrite): Promise<void> {
    if (subjects.length === 0) return
    const names = domains.map(({ domain }) => domain)
    await this.#parts.store.mark(names, subjects, id).catch(() => undefined)
  }

  /** The write did not happen: it was never sent. */
  notWritten({ domains, subjects, id }: FreshWrite): void {
    if (subjects.length === 0) return
    const names = domains.map(({ domain }) => domain)
    this.#parts.store.unmark(names, subjects, id).catch(() => undefined)
  }

  /**
   * Protects the reads that may follow a write's answer. Never rejects; bounded.
   *
   * @param keepFor whom the tokens are kept for: the writer, and whoever the answer makes of them;
   *   empty: everybody (the domain's floor)
   */
  async afterWrite(write: FreshWrite, keepFor: readonly Subject[]): Promise<void> {
    const begun = performance.now()
    const deadline = begun + this.#parts.writeMaxMs
    const outcome = await this.#protect(write, write.everybody ? [] : keepFor, deadline)
    this.#parts.report.kept(outcome, performance.now() - begun)
  }

  async #protect(
    write: FreshWrite,
    keepFor: readonly Subject[],
    deadline: number,
  ): Promise<'kept' | 'applied' | 'unprotected'> {
    const taken = await Promise.all(
      write.domains.map(async ({ domain, owner }) => ({
        domain,
        owner,
        token: await this.#takeBefore(owner, domain, deadline),
      })),
    )
    const keep: Keep[] = []
    const lost: string[] = []
    let missing = false
    for (const { domain, token } of taken) {
      if (token === 'lost') lost.push(domain)
      else if (token === null) {
        missing = true
        // The dirty mark stays, and this edge trusts nothing it remembers of the domain.
        this.#floors.raise(domain)
      } else if (keepFor.length === 0) keep.push({ domain, subject: null, token })
      else for (const subject of keepFor) keep.push({ domain, subject, token })
    }
    if (missing) {
      this.#parts.log.error({ domains: write.domains.map((d) => d.domain) }, 'token.missing')
    }
    try {
      await this.#parts.store.keep(keep, write)
      if (lost.length > 0) await this.#parts.store.unmark(lost, write.subjects, write.id)
      return missing ? 'unprotected' : 'kept'
    } catch {
      const outcomes = await Promise.all(
        taken.map(async ({ domain, owner, token }) => {
          if (token === null) return 'late'
          if (token === 'lost') return 'applied'
          this.#floors.lift(domain, token)
          return this.#parts.applied[otherSide(owner)].wait(domain, token, deadline)
        }),
      )
      return outcomes.every((outcome) => outcome === 'applied') ? 'applied' : 'unprotected'
    }
  }

  #takeOnce(owner: Side, domain: string): Promise<Token | 'lost' | null> {
    return this.#parts.tokens
      .take(owner, domain)
      .catch((error: unknown) => (error instanceof SideLost ? 'lost' : null))
  }

  async #takeBefore(owner: Side, domain: string, deadline: number): Promise<Token | 'lost' | null> {
    for (;;) {
      const token = await this.#takeOnce(owner, domain)
      if (token !== null || performance.now() >= deadline) return token
      await sleep(retryMs)
    }
  }

  /**
   * The answer made another session of this one (or none: `to` null): its tokens go with it. Where a
   * write of the old one is under way, nobody knows its token yet, and it will be kept for the old
   * one alone: so the new one is dirty too, for as long as any dirty mark counts.
   */
  async carryOver(
    domains: readonly string[],
    from: readonly Subject[],
    to: Subject | null,
  ): Promise<void> {
    if (domains.length === 0 || from.length === 0) return
    try {
      const known = await this.#parts.store.read(domains, from)
      const keep = domains.flatMap((domain, place): Keep[] => {
        const token = known[place]?.token ?? null
        return token === null ? [] : [{ domain, subject: to, token }]
      })
      if (keep.length > 0) await this.#parts.store.keep(keep, { id: '', subjects: [] })
      const dirty = domains.filter((_, place) => known[place]?.dirty)
      if (dirty.length === 0) return
      if (to === null) this.storeForgot(dirty)
      else await this.#parts.store.mark(dirty, [to], `${inherited}:${from[0]}`)
    } catch {
      this.storeForgot(domains)
    }
  }
}

/** Does the token show an ownership that the table does not know of yet? */
const outdated = (token: Token, state: DomainState): boolean =>
  token.term > state.term || (token.side !== state.owner && token.term >= state.term)
