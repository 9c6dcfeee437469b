import {
  isCommitted,
  OutcomeUnknown,
  type RunOptions,
  runTransfer,
  type StepName,
  stepNames,
  type TransferResult,
} from '@matapalo/core'
import { expect } from 'chai'
import { Killed, MemoryJournal, moved, untouched, World } from './fakes.ts'

const options: RunOptions = { resumed: false, backOff: async () => {} }
const commit = stepNames.indexOf('switchOwner')
const before = stepNames.slice(0, commit)
const after = stepNames.slice(commit + 1)

async function outcomeAfterKill(world: World, journal: MemoryJournal): Promise<TransferResult> {
  await runTransfer(world.steps(journal), journal, options).then(
    () => expect.fail('was not killed'),
    (error: unknown) => expect(error).to.be.instanceOf(Killed),
  )
  world.interrupt = () => {}
  journal.dieAt = Number.POSITIVE_INFINITY
  return runTransfer(world.steps(journal), journal, { ...options, resumed: true })
}

describe('runTransfer', () => {
  it('runs every step once, in order', async () => {
    const [world, journal] = [new World(), new MemoryJournal()]
    const result = await runTransfer(world.steps(journal), journal, options)
    expect(result).to.deep.equal({ outcome: 'completed' })
    expect(world.trace).to.deep.equal(stepNames.map((name) => `do ${name}`))
    expect(world.summary).to.equal(moved)
  })

  for (const name of [...before, 'switchOwner'] as StepName[]) {
    it(`unwinds, newest first, when ${name} fails`, async () => {
      const [world, journal] = [new World(), new MemoryJournal()]
      world.failures.set(`do ${name}`, 1)
      const result = await runTransfer(world.steps(journal), journal, options)
      expect(result.outcome).to.equal('unwound')
      expect(result.error?.message).to.equal(`${name} failed`)
      expect(world.summary).to.equal(untouched)
      const undone = world.trace.filter((line) => line.startsWith('undo'))
      const reached = stepNames.slice(0, stepNames.indexOf(name) + 1)
      const expected = (['fenceSource', 'holdEdges', 'claim'] as StepName[]).filter((one) =>
        reached.includes(one),
      )
      expect(undone).to.deep.equal(expected.map((one) => `undo ${one}`))
    })
  }

  for (const name of after) {
    it(`tries ${name} again until it succeeds, past the commit point`, async () => {
      const [world, journal] = [new World(), new MemoryJournal()]
      world.failures.set(`do ${name}`, 3)
      const waits: number[] = []
      const result = await runTransfer(world.steps(journal), journal, {
        ...options,
        backOff: async (attempt) => void waits.push(attempt),
      })
      expect(result.outcome).to.equal('completed')
      expect(waits).to.deep.equal([1, 2, 3])
      expect(world.summary).to.equal(moved)
    })
  }

  for (const name of ['claim', 'holdEdges', 'fenceSource'] as const) {
    it(`tries to undo ${name} until it succeeds, with a new seq and term each time`, async () => {
      const [world, journal] = [new World(), new MemoryJournal()]
      world.failures.set('do verifyLast', 1)
      world.failures.set(`undo ${name}`, 2)
      const result = await runTransfer(world.steps(journal), journal, options)
      expect(result.outcome).to.equal('unwound')
      expect(world.summary).to.equal(untouched)
      const tries = journal.entries.filter((entry) => entry.step === name && entry.act === 'undo')
      expect(tries.map((entry) => entry.state)).to.deep.equal(['failed', 'failed', 'done'])
      expect(new Set(tries.map((entry) => entry.seq)).size).to.equal(3)
      expect(new Set(tries.map((entry) => entry.term)).size).to.equal(3)
    })
  }

  for (const name of stepNames) {
    for (const point of ['before', 'after'] as const) {
      it(`killed ${point} the effect of ${name}, it completes or unwinds by the journal`, async () => {
        const [world, journal] = [new World(), new MemoryJournal()]
        world.interrupt = (step, act, at) => {
          if (step === name && act === 'do' && at === point) throw new Killed()
        }
        const result = await outcomeAfterKill(world, journal)
        const done = isCommitted(journal.entries)
        expect(result.outcome).to.equal(done ? 'completed' : 'unwound')
        expect(world.summary).to.equal(done ? moved : untouched)
      })
    }
  }

  for (let write = 0.5; write <= stepNames.length + 1; write += 0.5) {
    it(`killed at journal write ${write}, it completes or unwinds by the journal`, async () => {
      const [world, journal] = [new World(), new MemoryJournal()]
      journal.dieAt = write
      const result = await outcomeAfterKill(world, journal)
      const done = isCommitted(journal.entries)
      expect(result.outcome).to.equal(done ? 'completed' : 'unwound')
      expect(world.summary).to.equal(done ? moved : untouched)
      expect(journal.outcome).to.equal(result.outcome)
    })
  }

  for (const name of ['claim', 'holdEdges', 'fenceSource'] as const) {
    it(`killed while undoing ${name}, it unwinds at the next start`, async () => {
      const [world, journal] = [new World(), new MemoryJournal()]
      world.failures.set('do advanceIds', 1)
      world.interrupt = (step, act, at) => {
        if (step === name && act === 'undo' && at === 'after') throw new Killed()
      }
      const result = await outcomeAfterKill(world, journal)
      expect(result.outcome).to.equal('unwound')
      expect(world.summary).to.equal(untouched)
    })
  }

  it('goes on when the switch committed but its answer was lost', async () => {
    const [world, journal] = [new World(), new MemoryJournal()]
    world.interrupt = (step, _act, at) => {
      if (step === 'switchOwner' && at === 'after') throw new Error('connection lost')
    }
    const result = await runTransfer(world.steps(journal), journal, options)
    expect(result.outcome).to.equal('completed')
    expect(world.trace.filter((line) => line === 'do switchOwner')).to.have.length(1)
    expect(world.summary).to.equal(moved)
  })

  it('stays fenced and undoes nothing when the switch is unknown and the ledger is gone', async () => {
    const [world, journal] = [new World(), new MemoryJournal()]
    world.interrupt = (step) => {
      if (step !== 'switchOwner') return
      journal.read = async () => {
        throw new Error('ledger is gone')
      }
      throw new Error('connection lost')
    }
    const error = await runTransfer(world.steps(journal), journal, options).catch((one) => one)
    expect(error).to.be.instanceOf(OutcomeUnknown)
    expect(world.sourceOpen || world.targetOpen).to.equal(false)
    expect(world.trace.at(-1)).to.equal('do switchOwner')
  })

  it('refuses to start a transfer that its conductor accepted and never began', async () => {
    const [world, journal] = [new World(), new MemoryJournal()]
    const result = await runTransfer(world.steps(journal), journal, { ...options, resumed: true })
    expect(result.outcome).to.equal('unwound')
    expect(world.trace).to.deep.equal([])
  })
})
