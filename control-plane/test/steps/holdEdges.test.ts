import type { JournalEntry } from '@matapalo/core'
import { expect } from 'chai'
import { EdgesNotDrained } from '../../src/errors.ts'
import { type Move, Notes, type TransferPorts } from '../../src/ports.ts'
import { holdEdges, shortHolds } from '../../src/steps/holdEdges.ts'

const drainMs = 2_000
const move = {
  domains: ['orders'],
  stored: [],
  from: 'service',
  budgets: { drainMs, fenceMs: 500, catchUpMs: 1_500 },
} as unknown as Move
const entry = {} as JournalEntry

describe('the hold', () => {
  const said: string[] = []
  let epoch = 0
  let slow = 0
  let settles = 0
  let failure: Error | null = null

  const ports = {
    ledger: {
      hold: async (_: Move, held: boolean) => {
        epoch += 1
        said.push(held ? 'hold' : 'lift')
        return epoch
      },
    },
    edges: {
      awaitDrained: async (at: number, limitMs: number) => {
        said.push(`drain ${at} ${limitMs}`)
        if (failure !== null) throw failure
        if (slow > 0) {
          slow -= 1
          throw new EdgesNotDrained(at, ['edge-1'], limitMs)
        }
        return { edges: 2 }
      },
    },
    stores: {
      settle: async () => {
        settles += 1
        return null
      },
    },
  } as unknown as TransferPorts
  const run = (notes = new Notes()) => holdEdges(ports, move, notes).do(entry)

  beforeEach(() => {
    said.length = 0
    epoch = 0
    slow = 0
    settles = 0
    failure = null
  })

  it('is kept when what is under way ends in a moment', async () => {
    const detail = await run()
    expect(detail).to.deep.include({ epoch: 1, edges: 2, tries: 1, beforeMs: 0 })
    expect(said).to.deep.equal(['hold', `drain 1 ${shortHolds.ms}`])
  })

  it('is lifted when a request takes longer, and tried again when work has settled', async () => {
    slow = 2
    const notes = new Notes()
    const begun = performance.now()
    const detail = await run(notes)
    expect(said).to.deep.equal([
      ...['hold', `drain 1 ${shortHolds.ms}`, 'lift'],
      ...['hold', `drain 3 ${shortHolds.ms}`, 'lift'],
      ...['hold', `drain 5 ${shortHolds.ms}`],
    ])
    expect(settles).to.equal(2)
    expect(detail).to.include({ epoch: 5, tries: 3 })
    // The pause of writes begins with the hold that was kept.
    expect(notes.heldAt - begun).to.be.closeTo(Number(detail?.beforeMs), 50)
    expect(detail?.beforeMs).to.be.greaterThan(400)
  }).timeout(5_000)

  it('waits as long as the budget says in its last try, and then gives up, held', async () => {
    slow = 99
    let thrown: unknown
    await run().catch((error: unknown) => {
      thrown = error
    })
    expect(thrown).to.be.instanceOf(EdgesNotDrained)
    const holds = said.filter((one) => one === 'hold').length
    expect(holds).to.equal(shortHolds.tries + 1)
    // The undo lifts the last one.
    expect(said.filter((one) => one === 'lift')).to.have.length(shortHolds.tries)
    expect(said.at(-1)).to.equal(`drain ${epoch} ${drainMs}`)
  }).timeout(10_000)

  it('tries once where the budget is no longer than a short hold', async () => {
    slow = 1
    const brief = { ...move, budgets: { ...move.budgets, drainMs: 100 } }
    let thrown: unknown
    await holdEdges(ports, brief, new Notes())
      .do(entry)
      .catch((error: unknown) => {
        thrown = error
      })
    expect(thrown).to.be.instanceOf(EdgesNotDrained)
    expect(said).to.deep.equal(['hold', 'drain 1 100'])
  })

  it('does not try again after any other failure', async () => {
    failure = new Error('the ledger is gone')
    let thrown: unknown
    await run().catch((error: unknown) => {
      thrown = error
    })
    expect(thrown).to.equal(failure)
    expect(said).to.deep.equal(['hold', `drain 1 ${shortHolds.ms}`])
  })
})
