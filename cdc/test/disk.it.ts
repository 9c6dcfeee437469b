import { freeSpace } from '@matapalo/cdc/shapes'
import { expect } from 'chai'
import { startDatabase, type TestDatabase } from './database.ts'

describe('freeSpace', function () {
  this.timeout(30_000)
  let server: TestDatabase

  before(async () => {
    server = await startDatabase()
  })
  after(() => server?.stop())

  it('is unknown without the plugin, unknown without the right, and a number with both', async function () {
    const { root, conductor } = server
    expect(await freeSpace(conductor)).to.equal(null)
    const installed = await root.execute("INSTALL SONAME 'disks'").then(
      () => true,
      () => false,
    )
    if (!installed) return this.skip()
    try {
      expect(await freeSpace(conductor)).to.equal(null)
      expect(await freeSpace(root)).to.be.greaterThan(0)
    } finally {
      await root.execute("UNINSTALL SONAME 'disks'")
    }
  })
})
