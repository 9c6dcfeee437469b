/**
 * What the steps of a transfer need from the world. There are two sets: the live one, and the one of
 * `--dry-run`, which prints.
 *
 * @module
 */
import type { Direction, JournalEntry, Phase, Side, TransferKind } from '@matapalo/core'
import type { WindowBudgets } from './ledger/transfers.ts'
import type { Settled } from './live/inFlight.ts'

/** One transfer, as its steps see it. */
export interface Move {
  readonly id: number
  readonly kind: TransferKind
  /** Sorted: the fixed order in which the fences of a group close. */
  readonly domains: readonly string[]
  /** Those of them that have tables: feeds, fences and rows. */
  readonly stored: readonly string[]
  readonly from: Side
  readonly to: Side
  /** Of the feed that the barrier waits for. */
  readonly direction: Direction
  readonly budgets: WindowBudgets
  /** Term of the ownership in force when it began, per domain. */
  readonly ownerTerms: Readonly<Record<string, number>>
  /** Phase of each domain before. */
  readonly phases: Readonly<Record<string, Phase>>
}

/** Each write commits only while this conductor leads and the domains are this transfer's. */
export interface LedgerPort {
  claim(move: Move): Promise<void>
  /** Restores the phase and lets go. */
  release(move: Move): Promise<void>
  /** @returns the new epoch, sent to the edges already */
  hold(move: Move, held: boolean): Promise<number>
  /** The commit point: owner, phase, epoch and the journal entry's end in one transaction. */
  switchOwner(move: Move, entry: JournalEntry): Promise<number>
  /** Lifts the hold and lets the domains go, in one epoch. */
  finish(move: Move): Promise<number>
  currentEpoch(): Promise<number>
}

export interface EdgesPort {
  /** Every edge has the epoch in force, and nothing decided before it is in flight. */
  awaitDrained(epoch: number, timeoutMs: number): Promise<{ readonly edges: number }>
  /** Past the commit point: waits, then makes sure that who did not acknowledge is holding by itself. */
  awaitInForce(epoch: number): Promise<{ readonly cut: readonly string[] }>
}

export interface FenceWrite {
  readonly closed: boolean
  readonly seq: number
  readonly term: number
}

export interface Applied {
  readonly ms: number
  /** Next offset of the topic after what is applied. */
  readonly offset: bigint
}

export interface StoresPort {
  /** Lets work in flight at the owner finish, for as long as its manifest says; null: it names none. */
  settle(domain: string, side: Side): Promise<Settled | null>
  /** Opens the connections that the window will need. */
  warm(): Promise<void>
  setFence(domain: string, side: Side, write: FenceWrite, budgetMs: number): Promise<void>
  /** @returns the token */
  mark(domain: string, side: Side): Promise<bigint>
  /** Rogue writes that the feed has met so far. */
  rogue(domain: string, direction: Direction): Promise<bigint>
  awaitApplied(
    domain: string,
    direction: Direction,
    barrier: {
      readonly token: bigint
      readonly term: number
      readonly rogueAtMost: bigint
      readonly timeoutMs: number
    },
  ): Promise<Applied>
  /** The owner marker, on both sides. */
  announce(
    domain: string,
    marker: { readonly term: number; readonly owner: Side; readonly seq: number },
  ): Promise<void>
  /** @throws TriggersMissing: a fence without its triggers is no fence */
  requireTriggers(domain: string): Promise<void>
  /** The application's rights at the side that is about to own the domain, if they were taken. */
  giveBack(domain: string, side: Side): Promise<void>
  /** Reads, outside the window, what `advanceIds` will need. */
  prepareIds(domain: string, to: Side): Promise<void>
  /** Lifts the AUTO_INCREMENT of the side above the other's. */
  advanceIds(domain: string): Promise<Readonly<Record<string, string>>>
  /** Next offset that the applier of this feed will read. */
  offsetOf(domain: string, direction: Direction): Promise<bigint>
}

/** Compares keys that changed since the last clean verification. */
export interface Follower {
  /** Compares what has changed so far, with writes going on; what differs is kept for `last`. */
  ahead(): Promise<{ readonly keys: number; readonly open: number }>
  /** Compares the rest, up to an offset, when nothing can move any more. */
  last(
    untilOffset: bigint,
    timeoutMs: number,
  ): Promise<{ readonly keys: number; readonly differences: readonly string[] }>
  stop(): Promise<void>
}

export interface VerificationPort {
  follow(domain: string, direction: Direction): Promise<Follower>
  /** Notes that everything up to here is compared, as the start of the next transfer's range. */
  noteClean(move: Move, keys: number, offsets: Readonly<Record<string, string>>): Promise<void>
}

export interface TransferPorts {
  readonly ledger: LedgerPort
  readonly edges: EdgesPort
  readonly stores: StoresPort
  readonly verification: VerificationPort
}

/**
 * What one step leaves for later ones of the same run. Only steps before the commit point read it,
 * and those never run in a resumed transfer.
 */
export class Notes {
  readonly followers = new Map<string, Follower>()
  readonly rogue = new Map<string, bigint>()
  readonly offsets = new Map<string, bigint>()
  /** Fences that this very run knows to be as they were: an undo need not wait for whoever blocked them. */
  readonly untouched = new Set<string>()
  catchUpDeadline = 0
  /** Looked for while the feed catches up, awaited before the commit point. */
  triggers: Promise<unknown> = Promise.resolve()
  /** When the hold began, by this process's clock. */
  heldAt = 0

  async close(): Promise<void> {
    const followers = [...this.followers.values()]
    this.followers.clear()
    await Promise.allSettled(followers.map((follower) => follower.stop()))
  }
}
