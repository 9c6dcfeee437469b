/** A journal and a world in memory; steps that record what they did and can fail or die. */
import {
  type Act,
  type Ended,
  type Journal,
  type JournalEntry,
  LeaseLost,
  type Step,
  type StepName,
  stepNames,
  type TransferOutcome,
} from '@matapalo/core'

/** Stands for kill -9: nothing after it runs, and nothing catches it. */
export class Killed extends LeaseLost {
  constructor() {
    super('killed')
  }
}

export class MemoryJournal implements Journal {
  entries: JournalEntry[] = []
  outcome: TransferOutcome | undefined
  writes = 0
  /** Dies before (`n - 0.5`) or after (`n`) the n-th write. */
  dieAt = Number.POSITIVE_INFINITY

  async read(): Promise<readonly JournalEntry[]> {
    return [...this.entries]
  }

  async begin(step: StepName, act: Act, ended: Ended | undefined): Promise<JournalEntry> {
    const entry = await this.#write(() => {
      this.end(ended)
      const n = this.entries.length + 1
      const term =
        1 + this.entries.filter((one) => one.act === 'undo').length + (act === 'undo' ? 1 : 0)
      const begun: JournalEntry = { n, step, act, state: 'begun', seq: n, term }
      this.entries.push(begun)
      return begun
    })
    return entry
  }

  async finish(outcome: TransferOutcome, ended: Ended | undefined): Promise<void> {
    await this.#write(() => {
      this.end(ended)
      this.outcome = outcome
    })
  }

  end(ended: Ended | undefined): void {
    if (ended === undefined) return
    this.entries = this.entries.map((entry) =>
      entry.n === ended.n ? { ...entry, state: ended.state } : entry,
    )
  }

  async #write<T>(change: () => T): Promise<T> {
    this.writes += 1
    if (this.writes - 0.5 === this.dieAt) throw new Killed()
    const result = change()
    if (this.writes === this.dieAt) throw new Killed()
    return result
  }
}

const undoable: readonly StepName[] = ['claim', 'holdEdges', 'fenceSource']

/** What the steps change, as conditional on `seq` as the real fences are. */
export class World {
  readonly trace: string[] = []
  claimed = false
  held = false
  owner = 'monolith'
  seq = 0
  sourceOpen = true
  targetOpen = false
  failures = new Map<string, number>()
  /** Run before or after a step's effect; throws to fail or die there. */
  interrupt: (step: StepName, act: Act, point: 'before' | 'after') => void = () => {}

  steps(journal: MemoryJournal): readonly Step[] {
    const turn = (name: StepName, act: Act) => async (entry: JournalEntry) => {
      this.trace.push(`${act} ${name}`)
      this.interrupt(name, act, 'before')
      const left = this.failures.get(`${act} ${name}`) ?? 0
      if (left > 0) {
        this.failures.set(`${act} ${name}`, left - 1)
        throw new Error(`${name} failed`)
      }
      if (entry.seq < this.seq) throw new Error(`stale seq ${entry.seq} in ${name}`)
      this.seq = entry.seq
      this.#apply(name, act)
      // As in the ledger: the commit point's journal entry ends in the transaction of the switch.
      if (name === 'switchOwner') journal.end({ n: entry.n, state: 'done' })
      this.interrupt(name, act, 'after')
      return undefined
    }
    return stepNames.map((name) => ({
      name,
      do: turn(name, 'do'),
      ...(undoable.includes(name) ? { undo: turn(name, 'undo') } : {}),
    }))
  }

  #apply(name: StepName, act: Act): void {
    const doing = act === 'do'
    if (name === 'claim') this.claimed = doing
    if (name === 'holdEdges') this.held = doing
    if (name === 'fenceSource') this.sourceOpen = !doing
    if (name === 'switchOwner') this.owner = 'service'
    if (name === 'openTarget') this.targetOpen = true
    if (name === 'releaseEdges') [this.held, this.claimed] = [false, false]
  }

  get summary(): string {
    const { owner, sourceOpen, targetOpen, held, claimed } = this
    return JSON.stringify({ owner, sourceOpen, targetOpen, held, claimed })
  }
}

const state = (owner: string, sourceOpen: boolean): string =>
  JSON.stringify({ owner, sourceOpen, targetOpen: !sourceOpen, held: false, claimed: false })

export const untouched = state('monolith', true)
export const moved = state('service', false)
