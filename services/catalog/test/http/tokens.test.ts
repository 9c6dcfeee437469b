import { openDatabase } from '@bookshop/kit/database'
import { silentLog } from '@bookshop/kit/log'
import { expect } from 'chai'
import { newMint } from '../../../kit/test/pen.ts'
import { unrefused } from '../../../kit/test/refusesTokens.ts'
import { type Running, runApp } from '../running.ts'

describe('bad tokens at the catalog service', function () {
  this.timeout(60_000)
  const mint = newMint()
  // Who calls is found out before anything is looked up, so no database needs to be there.
  const database = openDatabase(new URL('mysql://x:x@127.0.0.1:2/x'), 1)
  let service: Running
  before(async () => {
    service = await runApp(database, silentLog, undefined, mint)
  })
  after(async () => {
    await service?.stop()
    await database.destroy()
  })

  // A good token of a customer is known, and may not do this.
  const door = () => ({ url: service.url, method: 'DELETE', path: '/api/books/1', known: 403 })

  it('are all answered 401', async () => {
    expect(await unrefused(mint, door())).to.deep.equal([])
  })

  it('are not mended by a good identity of the edge beside them', async () => {
    const fields = [`X-Matapalo-Identity: ${await service.identity('staff')}`]
    expect(await unrefused(mint, { ...door(), fields })).to.deep.equal([])
  })
})
