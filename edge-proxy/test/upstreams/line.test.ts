import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import { Line } from '../../src/upstreams/line.ts'

const here = new AbortController().signal
const times = (count: number, line: Line, address: string): number =>
  Array.from({ length: count }, () => line.enter(address)).filter(Boolean).length

describe('The line for a replica', () => {
  it('gives no more connections than there are, and has no limit where none is named', () => {
    const line = new Line({ connections: 4 })
    expect(times(9, line, 'a')).to.equal(4)
    line.leave('a')
    expect(times(9, line, 'b')).to.equal(1)
    expect(times(9_999, new Line({}), 'a')).to.equal(9_999)
  })

  it('keeps an eighth for addresses that have less than an eighth', () => {
    const line = new Line({ connections: 64 })
    expect(times(100, line, 'greedy')).to.equal(56)
    expect(times(100, line, 'other')).to.equal(8)
    line.leave('greedy')
    expect(line.enter('greedy')).to.equal(false)
    expect(line.enter('third')).to.equal(true)
    expect(line.load).to.equal(64)
  })

  it('keeps nothing where addresses say nothing', () => {
    expect(times(100, new Line({ connections: 64, shared: false }), 'balancer')).to.equal(64)
  })

  it('calls addresses in turn, whoever waits with how many', async () => {
    const line = new Line({ connections: 1 })
    line.enter('a')
    const served: string[] = []
    const ask = async (address: string): Promise<void> => {
      await line.wait(address, 5_000, here)
      expect(line.enter(address)).to.equal(true)
      served.push(address)
      setImmediate(() => line.leave(address))
    }
    const all = Promise.all(['a', 'a', 'a', 'a', 'b', 'c', 'b'].map(ask))
    expect(line.waiting).to.equal(7)
    line.leave('a')
    await all
    expect(served).to.deep.equal(['a', 'b', 'c', 'a', 'b', 'a', 'a'])
    expect(await until(() => line.load === 0, { timeoutMs: 1_000 })).to.equal(true)
  })

  it('calls the next when whoever was called does not come', async () => {
    const line = new Line({ connections: 1 })
    line.enter('a')
    const left = new AbortController()
    const called: string[] = []
    void line.wait('a', 5_000, left.signal).then(() => called.push('does not come'))
    void line.wait('a', 5_000, here).then(() => called.push('comes'))
    line.leave('a')
    expect(await until(() => called.length === 2, { timeoutMs: 1_000 })).to.equal(true)
    expect(called).to.deep.equal(['does not come', 'comes'])
  })

  it('says so at the limit, and forgets who has left', async () => {
    const line = new Line({ connections: 1 })
    line.enter('a')
    expect(await line.wait('a', 20, here)).to.equal(false)
    const left = new AbortController()
    const waits = line.wait('a', 5_000, left.signal)
    left.abort()
    expect(await waits).to.equal(true)
    expect(await line.wait('a', 5_000, left.signal)).to.equal(true)
    expect(line.waiting).to.equal(0)
    expect(line.load).to.equal(1)
  })
})
