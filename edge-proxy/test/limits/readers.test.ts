import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { expect } from 'chai'
import { Readers } from '../../src/limits/readers.ts'

class FakeSocket extends EventEmitter {
  writableLength = 0
  bytesWritten = 0
  destroyed = false
  destroy(): void {
    this.destroyed = true
    this.emit('close')
  }
}

describe('Clients that do not take their answers', () => {
  let now = 0
  let readers: Readers
  let socket: FakeSocket

  beforeEach(() => {
    now = 0
    readers = new Readers(60_000, () => now)
    socket = new FakeSocket()
    // The part of a socket that is looked at.
    readers.watch(socket as unknown as Socket)
  })
  afterEach(() => readers.stop())

  const after = (ms: number): boolean => {
    now += ms
    readers.check()
    return socket.destroyed
  }

  it('are cut off when they took nothing for a minute', () => {
    Object.assign(socket, { bytesWritten: 65_536, writableLength: 65_536 })
    expect(after(5_000)).to.equal(false)
    expect(after(59_000)).to.equal(false)
    expect(after(2_000)).to.equal(true)
  })

  it('stay when they take a little', () => {
    Object.assign(socket, { bytesWritten: 65_536, writableLength: 65_536 })
    for (let n = 0; n < 10; n += 1) {
      expect(after(50_000)).to.equal(false)
      socket.bytesWritten += 1_000
    }
  })

  it('stay when nothing waits for them, however long', () => {
    expect(after(3_600_000)).to.equal(false)
    expect(after(3_600_000)).to.equal(false)
  })
})
