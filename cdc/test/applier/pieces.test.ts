import { expect } from 'chai'
import { createAssembler } from '../../src/applier/pieces.ts'
import { change, marker } from './fixtures.ts'

const sizes = (pieces: readonly { events: readonly unknown[] }[]) =>
  pieces.map(({ events }) => events.length)

describe('createAssembler', () => {
  it('ends a transaction where another begins, and keeps the open tail', () => {
    const assembler = createAssembler()
    for (const gtid of ['0-1-1', '0-1-1', '0-1-2']) assembler.push(change({ gtid }))
    expect(sizes(assembler.take())).to.deep.equal([2])
    expect(assembler.tailOpen).to.equal(true)
    expect(assembler.take()).to.deep.equal([])
  })

  it('ends the tail at a marker, which stands alone', () => {
    const assembler = createAssembler()
    assembler.push(change({ gtid: '0-1-1' }))
    assembler.push(marker(1))
    expect(sizes(assembler.take())).to.deep.equal([1, 1])
    expect(assembler.tailOpen).to.equal(false)
  })

  it('joins one transaction that arrives in two batches', () => {
    const assembler = createAssembler()
    assembler.push(change({ gtid: '0-1-1' }))
    expect(assembler.take()).to.deep.equal([])
    assembler.push(change({ gtid: '0-1-1' }))
    assembler.push(marker(1))
    expect(sizes(assembler.take())).to.deep.equal([2, 1])
  })

  it('lets snapshot rows go at once', () => {
    const assembler = createAssembler()
    assembler.push(change({ gtid: '0-1-1' }))
    assembler.push(change({ op: 'r', gtid: null }))
    assembler.push(change({ op: 'r', gtid: null }))
    expect(sizes(assembler.take())).to.deep.equal([1, 2])
    expect(assembler.tailOpen).to.equal(false)
  })

  it('hands a long transaction out in pieces, of which only the last ends it', () => {
    const assembler = createAssembler(2)
    for (let n = 0; n < 5; n += 1) assembler.push(change({ gtid: '0-1-1' }))
    assembler.push(change({ gtid: '0-1-2' }))
    expect(
      assembler.take().map(({ begins, ends, events }) => [begins, ends, events.length]),
    ).to.deep.equal([
      [true, false, 2],
      [false, false, 2],
      [false, true, 1],
    ])
  })

  it('ends a long transaction with an empty piece when nothing more came', () => {
    const assembler = createAssembler(2)
    for (let n = 0; n < 2; n += 1) assembler.push(change({ gtid: '0-1-1' }))
    expect(assembler.tailOpen).to.equal(true)
    assembler.take()
    assembler.push(marker(1))
    expect(sizes(assembler.take())).to.deep.equal([0, 1])
  })

  it('refuses an event that came before: it would end the open transaction in its middle', () => {
    const assembler = createAssembler()
    const before = change({ gtid: '0-1-1' })
    assembler.push(before)
    assembler.push(change({ gtid: '0-1-2' }))
    expect(() => assembler.push(before)).to.throw('starts again from what it has committed')
    expect(sizes(assembler.take())).to.deep.equal([1])
    expect(assembler.tailOpen).to.equal(true)
  })
})
