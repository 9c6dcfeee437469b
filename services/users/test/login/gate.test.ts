import { expect } from 'chai'
import { GateFull, gate } from '../../src/login/gate.ts'

describe('gate', () => {
  it('runs so many at once and the others in order of arrival', async () => {
    const door = gate(2, 10)
    const ends: (() => void)[] = []
    const started: number[] = []
    const work = (name: number) => () => {
      started.push(name)
      return new Promise<void>((resolve) => ends.push(resolve))
    }
    const all = [1, 2, 3, 4].map((name) => door.run(work(name)))
    await Promise.resolve()
    expect(started).to.deep.equal([1, 2])
    for (let end = ends.shift(); end; end = ends.shift()) {
      end()
      await new Promise((resolve) => setImmediate(resolve))
    }
    await Promise.all(all)
    expect(started).to.deep.equal([1, 2, 3, 4])
  })

  it('refuses past the end of the line, and is free after a failure', async () => {
    const door = gate(1, 0)
    let fail: (error: Error) => void = () => {}
    const first = door.run(() => new Promise<void>((_, reject) => (fail = reject)))
    const second = await door.run(async () => 1).catch((error: unknown) => error)
    expect(second).to.be.instanceOf(GateFull)
    fail(new Error('broken'))
    await first.catch(() => {})
    expect(await door.run(async () => 2)).to.equal(2)
  })
})
