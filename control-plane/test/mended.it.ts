import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import { Rig } from './support/rig.ts'

interface Status {
  readonly quarantine: readonly { id: number; direction: string; key: string; message: string }[]
  readonly settledQuarantine: readonly { key: string; resolution: string; message: string }[]
  readonly manifest: { readonly problems: readonly string[] }
  readonly whyNot: readonly string[]
}

describe('what operators mend', function () {
  this.timeout(120_000)
  let rig: Rig

  before(async () => {
    rig = await Rig.open('mended')
    await rig.migrate()
  })
  after(() => rig?.close())

  const status = () => rig.must<Status>('GET', '/v1/domains/catalog')

  it('a row that does not fit: retry says what is missing, and goes on once the row is mended', async () => {
    await rig.monolith.execute("UPDATE books SET status = 'Z' WHERE id = 3")
    await until(async () => (await status()).quarantine.length > 0, {
      timeoutMs: 20_000,
      everyMs: 200,
    })
    const [entry] = (await status()).quarantine
    expect(entry).to.include({ direction: 'forward', key: 'id=3' })
    const retry = (id: number | undefined) =>
      rig.must<{ outcome: string; why?: string; id: number }>(
        'POST',
        `/v1/domains/catalog/quarantine/${id}`,
        { action: 'retry', direction: 'forward' },
      )
    const stands = await retry(entry?.id)
    expect(stands.outcome).to.equal('stands')
    expect(stands.why).to.contain('the feed holds no later version of the row')
    await rig.monolith.execute("UPDATE books SET status = 'A', stock = 77 WHERE id = 3")
    expect((await retry(stands.id)).outcome).to.equal('superseded')
    const { quarantine, settledQuarantine } = await status()
    expect(quarantine).to.deep.equal([])
    expect(settledQuarantine.map(({ resolution }) => resolution)).to.include.members([
      'superseded',
      'supersedes',
    ])
    const there = async () =>
      Number(
        (await rig.service.query('SELECT quantity FROM inventory WHERE product_id = 3'))[0]
          ?.quantity,
      ) === 77
    expect(await until(there, { timeoutMs: 10_000 })).to.equal(true)
    await rig.verify()
  })

  it('a manifest of an older version is read anew from its text', async () => {
    await rig.ledger.execute(
      "UPDATE manifest SET json = JSON_REMOVE(json, '$.drains', '$.parity', '$.serviceOnly')",
    )
    await rig.ledger.execute("UPDATE project SET json = JSON_REMOVE(json, '$.unlisted')")
    await rig.restart({})
    await rig.passable('cutover')
    expect((await status()).manifest.problems).to.deep.equal([])
  })

  it('a manifest that is no longer accepted goes on, and status says what to do', async () => {
    await rig.ledger.execute("UPDATE manifest SET yaml = CONCAT(yaml, '\\nsettle: soon\\n')")
    await rig.restart({})
    const found = await until(
      async () => (await status().catch(() => undefined))?.manifest.problems[0],
      { timeoutMs: 20_000, everyMs: 200 },
    )
    expect(found).to.match(/^services\/catalog\/manifest\.yaml:\d+:\d+ settle: /)
    const { whyNot } = await status()
    expect(whyNot.join('\n')).to.contain('run: matapalo register services/catalog/manifest.yaml')
    expect(await rig.writers()).to.deep.equal({ monolith: null, service: 1644 })
  })
})
