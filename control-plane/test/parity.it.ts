import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import { Rig } from './support/rig.ts'

const root = join(import.meta.dirname, '../..')
const catalog = '/v1/domains/catalog'
const manifest = readFileSync(join(root, 'services/catalog/manifest.yaml'), 'utf8')
interface Report {
  readonly phase: string
  readonly round: number
  readonly verdict: string
  readonly why: string
  readonly routes: readonly { readonly route: string; readonly equal: number }[]
  readonly samples: readonly { readonly path: string; readonly edge: string }[]
}

describe('shadow, parity and canary', function () {
  this.timeout(120_000)
  let rig: Rig
  const boot = randomUUID()

  before(async () => {
    rig = await Rig.open('parity')
    await rig.migrate()
  })
  after(() => rig?.close())

  const report = () => rig.must<Report>('GET', `${catalog}/parity`)
  const tell = async (body: unknown, token = rig.stack.credentials.edgeToken): Promise<number> => {
    const response = await fetch(`${rig.url}/v1/edges/edge-a/parity`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    await response.arrayBuffer()
    return response.status
  }
  /** Every route has been compared so often, and one of them maybe differed. */
  const found = async (equal: number, mismatch = 0, life = boot): Promise<void> => {
    const { round, routes } = await report()
    const reports = routes.map(({ route }, n) => {
      const wrong = n === 0 ? mismatch : 0
      const sample = {
        ...{ kind: 'value', path: '$.price', control: 'a', candidate: 'b' },
        ...{ outcome: 'mismatch', at: new Date().toISOString(), requestId: 'r1' },
      }
      return {
        ...{ domain: 'catalog', round, route, fields: wrong ? ['$.price'] : [] },
        tally: { equal, racing: 0, mismatch: wrong, inconclusive: 0, dropped: 0 },
        samples: wrong ? [sample] : [],
      }
    })
    expect(await tell({ boot: life, reports })).to.equal(204)
  }
  const gate = async () => {
    const { gates } = await rig.must<{ gates: { gate: string; verdict: string; line: string }[] }>(
      'GET',
      `${catalog}/explain`,
    )
    return gates.find((one) => one.gate === 'parity')
  }
  const domainOfEdge = () => rig.edge.table?.domains.find(({ domain }) => domain === 'catalog')
  const audit = async () =>
    (await rig.must<{ entries: { action: string }[] }>('GET', '/v1/audit?domain=catalog')).entries

  it('refuses a canary before anything was compared', async () => {
    const { status, body } = await rig.api<{ error: { message: string } }>(
      'POST',
      `${catalog}/canary`,
      { share: 0.1 },
    )
    expect(status).to.equal(409)
    expect(body.error.message).to.contain('run: matapalo shadow catalog')
    expect((await gate())?.verdict).to.equal('not configured')
  })

  it('shadow: edges learn rate and rules; the gate is inconclusive without traffic', async () => {
    await rig.must('POST', `${catalog}/shadow`, { rate: 0.5 })
    await until(() => domainOfEdge()?.phase === 'shadow', { timeoutMs: 5_000 })
    expect(domainOfEdge()?.shadow).to.deep.include({ rate: 0.5 })
    expect(domainOfEdge()?.canary).to.equal(undefined)
    expect(await gate()).to.deep.include({ verdict: 'inconclusive' })
    expect((await gate())?.line).to.contain('0 answers compared, 400 are wanted')
  })

  it('totals told twice count once, two lives of an edge add up, an old round counts for nothing', async () => {
    await found(150)
    await found(200)
    await found(100, 0, randomUUID())
    const { routes, round } = await report()
    expect(routes).to.have.length.greaterThan(4)
    for (const { equal } of routes) expect(equal).to.equal(300)
    const old = { ...routes[0], route: routes[0]?.route }
    const reports = [
      {
        ...{ domain: 'catalog', round: round - 1, route: old.route, fields: [], samples: [] },
        tally: { equal: 9_999, racing: 0, mismatch: 0, inconclusive: 0, dropped: 0 },
      },
    ]
    expect(await tell({ boot, reports })).to.equal(204)
    expect((await report()).routes[0]?.equal).to.equal(300)
    expect(await tell({ boot, reports }, 'wrong')).to.equal(401)
    expect(await tell({ boot: 'x', reports: [{ domain: 7 }] })).to.equal(400)
  })

  it('the gate fails at a wrong answer, names the field, and a new round forgets it', async () => {
    await found(500, 2)
    const failed = await gate()
    expect(failed?.verdict).to.equal('fail')
    expect(failed?.line).to.contain('2 of 602 answers differ in $.price')
    const { samples } = await report()
    expect(samples[0]).to.deep.include({ path: '$.price', edge: 'edge-a' })
    const refused = await rig.api('POST', `${catalog}/canary`, { share: 0.1, without: ['parity'] })
    expect(refused.status, 'never against evidence').to.equal(409)
    await rig.must('POST', `${catalog}/shadow`, { rate: 1 })
    expect((await report()).routes[0]?.equal).to.equal(0)
  })

  it('canary: edges keep tokens first, and serve a share then', async () => {
    await found(500)
    expect((await gate())?.verdict).to.equal('pass')
    const seen: (number | undefined)[] = []
    const watch = setInterval(() => seen.push(domainOfEdge()?.canary), 5)
    await rig.must('POST', `${catalog}/canary`, { share: 0.2, reason: 'test' })
    await until(() => domainOfEdge()?.canary === 0.2, { timeoutMs: 5_000 })
    clearInterval(watch)
    expect(seen.indexOf(0)).to.be.within(0, seen.indexOf(0.2) < 0 ? seen.length : seen.indexOf(0.2))
    expect(domainOfEdge()).to.deep.include({ phase: 'canary', owner: 'monolith' })
  })

  it('a canary that an edge does not hear of serves nobody', async () => {
    await rig.must('POST', `${catalog}/canary`, { share: 0 })
    rig.edge.deaf = true
    const ask = () =>
      rig.api<{ error: { code: string } }>('POST', `${catalog}/canary`, { share: 0.2 })
    // Nor when it is asked again, as the refusal says.
    for (const { status, body } of [await ask(), await ask()]) {
      expect([status, body.error.code]).to.deep.equal([409, 'MATAPALO_EDGES_NOT_CURRENT'])
    }
    rig.edge.deaf = false
    const { share } = await rig.must<{ share: number | null }>('GET', `${catalog}/parity`)
    expect(share).to.equal(0)
  })

  it('a canary ends by itself when an answer is found to be wrong', async () => {
    await rig.must('POST', `${catalog}/canary`, { share: 0.2 })
    await found(600, 1)
    const back = await until(async () => (await report()).phase === 'shadow', {
      timeoutMs: 10_000,
      everyMs: 200,
    })
    expect(back).to.equal(true)
    await until(() => domainOfEdge()?.canary === undefined, { timeoutMs: 5_000 })
    expect((await audit()).map(({ action }) => action)).to.include('canary.stopped')
  })

  it('another manifest is another round; a rule that has run out is refused with its line', async () => {
    await rig.must('POST', `${catalog}/shadow`, {})
    await found(500)
    const { round } = await report()
    const file = 'services/catalog/manifest.yaml'
    const withRules = `${manifest}\nparity:\n  ignore: [{ path: $.at, until: 2099-01-01, why: clock }]\n`
    await rig.must('POST', '/v1/domains', { yaml: withRules, file })
    expect((await report()).round).to.equal(round + 1)
    expect(domainOfEdge()?.shadow?.rules.ignore).to.have.length(1)
    const over = withRules.replace('2099', '2020')
    const refused = await rig.api<{ error: { message: string } }>('POST', '/v1/domains', {
      ...{ yaml: over, file },
    })
    expect(refused.status).to.equal(422)
    expect(refused.body.error.message).to.match(/yaml:\d+:\d+ parity\.ignore\.0\.until/)
  })

  it('a cutover needs no waiver once the comparisons pass, and ends them', async () => {
    const asked = { kind: 'cutover', domains: ['catalog'], actor: 'test' }
    expect((await rig.api('POST', '/v1/transfers', asked)).status).to.equal(409)
    await found(500)
    await rig.passable('cutover')
    const { id } = await rig.must<{ id: number }>('POST', '/v1/transfers', asked)
    const ended = await rig.must<{ state: string }>('GET', `/v1/transfers/${id}?wait=1`)
    expect(ended.state).to.equal('completed')
    expect(domainOfEdge()).to.deep.include({ phase: 'service', owner: 'service' })
    expect(domainOfEdge()?.shadow).to.equal(undefined)
    const { status } = await rig.api('POST', `${catalog}/shadow`, {})
    expect(status).to.equal(409)
    await rig.passable('rollback')
    await rig.transfer()
    expect((await rig.status()).phase).to.equal('backfill')
  })
})
