import { type StepName, stepNames } from '@matapalo/core'
import { expect } from 'chai'
import { committedFrom, faults, Rig } from './support/rig.ts'

/** Before each step, and after those whose effect a resumed transfer must find or undo. */
const cases: readonly (readonly [StepName, 'before' | 'after'])[] = [
  ...stepNames.map((step) => [step, 'before'] as const),
  ['holdEdges', 'after'],
  ['fenceSource', 'after'],
  ['switchOwner', 'after'],
  ['releaseEdges', 'after'],
]

describe('a killed control plane', function () {
  this.timeout(120_000)
  let rig: Rig

  before(async () => {
    rig = await Rig.open('killed')
    await rig.migrate()
  })
  after(() => rig?.close())

  for (const [step, point] of cases) {
    const committed = committedFrom(step, point)
    it(`killed ${point} ${step}, ${committed ? 'completes' : 'unwinds'} the transfer at its next start`, async () => {
      const from = await rig.owner()
      await rig.restart(faults({ crashAt: { step, point } }))
      const report = await rig.ended(await rig.begin())
      expect(report.state).to.equal(committed ? 'completed' : 'unwound')
      if (!committed) expect(report.error?.code).to.equal('MATAPALO_TRANSFER_INTERRUPTED')
      const other = from === 'monolith' ? 'service' : 'monolith'
      expect(await rig.owner()).to.equal(committed ? other : from)
      await rig.stack.ready('control-plane')
      await rig.settled()
    })
  }
})
