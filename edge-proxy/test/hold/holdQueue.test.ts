import { expect } from 'chai'
import { HoldExpired, HoldFull } from '../../src/errors.ts'
import { HoldQueue, type Slot } from '../../src/hold/holdQueue.ts'

const limits = { count: 10, maxMs: 1_000, released: 2, slotMs: 10_000 }

describe('HoldQueue', () => {
  let order = 0
  let held: Set<string>
  let released: number[]
  let slots: (Slot | null)[]
  let reports: string[]
  let queue: HoldQueue

  const make = (over: Partial<typeof limits> = {}): HoldQueue =>
    new HoldQueue({ ...limits, ...over }, (_domains, outcome) => reports.push(outcome))

  const join = (
    domains: readonly string[] = ['catalog'],
    over: { readonly order?: number; readonly signal?: AbortSignal; readonly since?: number } = {},
  ): Promise<void> => {
    const place = over.order ?? ++order
    return queue
      .wait({
        order: place,
        since: over.since ?? performance.now(),
        domains,
        blocked: () => domains.some((domain) => held.has(domain)),
        signal: over.signal ?? new AbortController().signal,
      })
      .then((slot) => {
        released.push(place)
        slots.push(slot)
      })
  }
  const settle = () => new Promise((resolve) => setImmediate(resolve))

  beforeEach(() => {
    order = 0
    held = new Set(['catalog'])
    released = []
    slots = []
    reports = []
    queue = make()
  })

  it('releases a bounded number, and the next when a slot is free', async () => {
    for (let i = 0; i < 5; i++) void join()
    held.clear()
    queue.update()
    await settle()
    expect(released).to.deep.equal([1, 2])
    slots[0]?.free()
    slots[0]?.free()
    await settle()
    expect(released).to.deep.equal([1, 2, 3])
  })

  it('frees a slot by itself after a moment, since a released request may wait for one behind it', async () => {
    queue = make({ released: 1, slotMs: 5 })
    const all = [join(), join(), join()]
    held.clear()
    queue.update()
    await Promise.all(all)
    expect(released).to.deep.equal([1, 2, 3])
  })

  it('gives a request that waits again its old place', async () => {
    void join(['catalog'], { order: 5 })
    void join(['catalog'], { order: 7 })
    void join(['catalog'], { order: 2 })
    held.clear()
    queue.update()
    await settle()
    expect(released).to.deep.equal([2, 5])
  })

  it('lets a domain go while another is still held', async () => {
    held.add('orders')
    void join(['orders'])
    void join(['catalog'])
    held.delete('catalog')
    queue.update()
    await settle()
    expect(released).to.deep.equal([2])
    expect(queue.waitingFor('orders')).to.equal(1)
    expect(queue.standsBefore(['catalog'])).to.equal(false)
    expect(queue.standsBefore(['orders', 'catalog'])).to.equal(true)
  })

  it('moves on by itself who joined a line that nobody holds any more', async () => {
    held.clear()
    void join()
    await settle()
    expect(released).to.deep.equal([1])
  })

  it('refuses beyond its length', async () => {
    queue = make({ count: 1 })
    void join()
    const refused = await join().catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(HoldFull)
    expect(reports).to.deep.equal(['overflow'])
  })

  it('counts all waits of one request against its limit', async () => {
    queue = make({ maxMs: 30 })
    const begun = performance.now()
    const refused = await join(['catalog'], { since: begun - 20 }).catch((error: unknown) => error)
    expect(refused).to.be.instanceOf(HoldExpired)
    expect(performance.now() - begun).to.be.lessThan(25)
    expect(queue.length).to.equal(0)
  })

  it('drops who leaves, and never releases him', async () => {
    const leaving = new AbortController()
    const left = join(['catalog'], { signal: leaving.signal })
    void join()
    leaving.abort()
    await left
    expect(slots).to.deep.equal([null])
    held.clear()
    queue.update()
    await settle()
    expect(released).to.deep.equal([1, 2])
    expect(reports).to.deep.equal(['left', 'released'])
  })
})
