import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { isAlive, withLock } from '../lock.mjs'

describe('withLock', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lock-'))
  const path = join(folder, 'one.lock')
  after(() => rmSync(folder, { recursive: true }))

  it('lets one in at a time and leaves nothing behind', async () => {
    let inside = 0
    let most = 0
    const work = async (): Promise<void> => {
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setImmediate(resolve))
      inside--
    }
    await Promise.all([1, 2, 3, 4].map(() => withLock(path, work)))
    expect(most).to.equal(1)
    expect(readdirSync(folder)).to.deep.equal([])
  })

  it('takes over from a holder that died', async () => {
    // Above the largest process id that Linux gives.
    writeFileSync(path, '4194999')
    expect(isAlive(4_194_999)).to.equal(false)
    expect(await withLock(path, () => 'mine')).to.equal('mine')
  })

  it('is released when the work fails', async () => {
    const failing = withLock(path, () => {
      throw new Error('no')
    })
    expect(await failing.catch((error: Error) => error.message)).to.equal('no')
    expect(await withLock(path, () => 'mine')).to.equal('mine')
  })
})
