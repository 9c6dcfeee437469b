import { expect } from 'chai'
import { benchParity } from '../../src/bench/parity.ts'

describe('parity on the whole stack', function () {
  this.timeout(600_000)

  it('finds every seeded difference, and no other', async () => {
    const told: string[] = []
    const rows = await benchParity((line) => told.push(line), { quick: true })
    const missed = rows.filter(({ met }) => met === false)
    expect(missed, told.join('\n')).to.deep.equal([])
  })
})
