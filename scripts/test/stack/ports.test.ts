import { createServer } from 'node:net'
import { expect } from 'chai'
import { claimPorts } from '../../src/stack/ports.ts'

describe('claimPorts', () => {
  it('gives two claimants two blocks, and a released block to the next', async () => {
    const one = await claimPorts([1, 2])
    const two = await claimPorts([1, 2])
    expect(two.base).to.be.greaterThanOrEqual(one.base + 40)
    one.release()
    const three = await claimPorts([1, 2])
    expect(three.base).to.equal(one.base)
    two.release()
    three.release()
  })

  it('passes over a block in which a port is taken', async () => {
    const one = await claimPorts([1, 2])
    one.release()
    const stranger = createServer()
    await new Promise<void>((resolve) => {
      stranger.listen(one.base + 2, '127.0.0.1', resolve)
    })
    const two = await claimPorts([1, 2])
    expect(two.base).not.to.equal(one.base)
    two.release()
    stranger.close()
  })

  it('gives the block of last time when it is free', async () => {
    const one = await claimPorts([1])
    const two = await claimPorts([1])
    one.release()
    two.release()
    const again = await claimPorts([1], two.base)
    expect(again.base).to.equal(two.base)
    again.release()
  })
})
