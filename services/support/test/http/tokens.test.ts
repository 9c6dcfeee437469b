import { openDatabase } from '@bookshop/kit/database'
import { expect } from 'chai'
import { newMint } from '../../../kit/test/pen.ts'
import { unrefused } from '../../../kit/test/refusesTokens.ts'
import { fakeNeighbours } from '../neighbours.ts'
import { type Running, runApp, staff } from '../running.ts'

describe('bad tokens at the support service', function () {
  this.timeout(30_000)
  const mint = newMint()
  // Who calls is found out before anything is looked up, so no database needs to be there.
  const database = openDatabase(new URL('mysql://x:x@127.0.0.1:2/x'), 1)
  let service: Running
  before(async () => {
    service = await runApp({ database, ...fakeNeighbours(), believes: mint })
  })
  after(async () => {
    await service?.stop()
    await database.destroy()
  })

  // A good token of a customer is known, and may not do this.
  const door = () => ({ url: service.url, method: 'GET', path: '/api/support/cases', known: 403 })

  it('are all answered 401', async () => {
    expect(await unrefused(mint, door())).to.deep.equal([])
  })

  it('are not mended by a good identity of the edge beside them', async () => {
    const fields = [`X-Matapalo-Identity: ${await service.identity(staff(7))}`]
    expect(await unrefused(mint, { ...door(), fields })).to.deep.equal([])
  })
})
