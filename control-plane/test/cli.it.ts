import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { openDb, sleep } from '@matapalo/runtime'
import { expect } from 'chai'
import { haltEnvironment, whenHalted } from '../../scripts/src/arena/halt.ts'
import { matapalo, printed, type Ran, refusal } from './support/cli.ts'
import { Rig } from './support/rig.ts'

const manifest = 'services/catalog/manifest.yaml'

describe('the command', function () {
  this.timeout(180_000)
  let rig: Rig
  let folder: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'matapalo-cli-'))
    rig = await Rig.open('cli')
    await rig.seed()
  })
  after(async () => {
    await rig?.close()
    await rm(folder, { recursive: true, force: true })
  })

  const run = (...args: readonly string[]): Promise<Ran> => matapalo(rig, args)
  const json = (...args: readonly string[]): Promise<Ran> => run(...args, '--output', 'json')
  const expectCode = (ran: Ran, code: number): void => {
    expect(ran.code, `${ran.stdout}\n${ran.stderr}`).to.equal(code)
  }
  /** This stack has no edges. */
  const nobodyThere = (): string => rig.stack.urls['edge-1'] ?? ''
  /** One row differs, and no feed hears of it. */
  const stockOfTwo = async (change: string): Promise<void> => {
    const url = new URL(rig.stack.urls['monolith-db.root'] ?? '')
    const root = openDb({ url, poolSize: 1, onConnect: ['SET SESSION sql_log_bin = 0'] })
    try {
      await root.execute(`UPDATE bookshop.books SET stock = stock ${change} WHERE id = 2`)
    } finally {
      await root.close()
    }
  }

  const nonsense: readonly (readonly string[])[] = [
    ['status', '--no-such-option'],
    ['no-such-command'],
    ['register'],
    ['register', 'no/such/file.yaml'],
    ['status', '--output', 'xml'],
    ['backfill', 'catalog', 'sideways'],
    ['backfill', 'catalog', 'pause', '--resume'],
    ['cutover', 'catalog', '--limit', 'soon'],
    ['edges', 'gone'],
  ]
  for (const args of nonsense)
    it(`\`${args.join(' ')}\` makes no sense: 64, and nothing on stdout`, async () => {
      const ran = await run(...args)
      expectCode(ran, 64)
      expect(ran.stdout).to.equal('')
      expect(ran.stderr).to.not.contain('defect of the command')
    })

  it('--help needs no control plane: 0', async () => {
    const ran = await matapalo(rig, ['cutover', '--help'], { MATAPALO_URL: nobodyThere() })
    expectCode(ran, 0)
    expect(ran.stdout).to.contain('--dry-run')
  })

  it('a wrong token and a control plane that does not answer are refusals: 1', async () => {
    const wrong = await matapalo(rig, ['status'], { MATAPALO_OPERATOR_TOKEN: 'wrong' })
    expectCode(wrong, 1)
    expect(wrong.stderr).to.contain('the token from MATAPALO_OPERATOR_TOKEN was refused')
    const nobody = await matapalo(rig, ['prepare', 'catalog'], { MATAPALO_URL: nobodyThere() })
    expectCode(nobody, 1)
    expect(nobody.stderr).to.contain('does not answer')
  })

  it('register: a bad manifest is refused with its line, a good one is taken', async () => {
    const bad = join(folder, 'bad.yaml')
    await writeFile(bad, (await readFile(manifest, 'utf8')).replace('\nbudgets:', '\nbudget:'))
    const refused = await json('register', bad)
    expectCode(refused, 1)
    expect(refused.stdout).to.equal('')
    expect(refusal(refused).code).to.equal('MATAPALO_FILE_REFUSED')
    expect(refusal(refused).message).to.match(/bad\.yaml:\d+:\d+ budget: /)
    expect(await rig.ledger.query('SELECT name FROM domain')).to.deep.equal([])

    const taken = await json('register', manifest)
    expectCode(taken, 0)
    expect(printed(taken)).to.include({ domain: 'catalog', next: 'matapalo prepare catalog' })
  })

  it('explain: 1 while a gate is closed, naming it and what to run', async () => {
    const ran = await run('explain', 'catalog')
    expectCode(ran, 1)
    expect(ran.stdout).to.contain('catalog cannot be switched')
    expect(ran.stdout).to.match(/next: matapalo /)
    const unknown = await json('explain', 'nobody')
    expectCode(unknown, 1)
    expect(refusal(unknown).code).to.equal('MATAPALO_NOT_FOUND')
  })

  it('prepare, backfill and verify: 0, each naming the next', async () => {
    const prepared = await run('prepare', 'catalog')
    expectCode(prepared, 0)
    expect(prepared.stdout).to.match(/catalog prepared: \d+ triggers installed/)
    expect(prepared.stdout).to.contain('next: matapalo backfill catalog --wait')
    const filled = await json('backfill', 'catalog', '--wait')
    expectCode(filled, 0)
    expect(printed<{ backfill: object }>(filled).backfill).to.include({ state: 'complete' })
    const verified = await json('verify', 'catalog')
    expectCode(verified, 0)
    expect(printed(verified)).to.include({ outcome: 'clean', next: 'matapalo explain catalog' })
  })

  it('verify: 1 when a row differs, and which', async () => {
    await stockOfTwo('+ 1')
    const ran = await json('verify', 'catalog')
    await stockOfTwo('- 1')
    expectCode(ran, 1)
    const { outcome, differences } = printed<{ outcome: string; differences: object[] }>(ran)
    expect(outcome).to.equal('different')
    expect(differences).to.have.length(1)
    expectCode(await run('verify', 'catalog'), 0)
    // The gate `writers` has seen an account that nobody declared; it begins anew.
    expectCode(await run('prepare', 'catalog'), 0)
  })

  it('status: of one domain and of all, for people and machines', async () => {
    const one = await json('status', 'catalog')
    expectCode(one, 0)
    expect(printed(one)).to.include({ domain: 'catalog', owner: 'monolith', phase: 'backfill' })
    const all = await run('status')
    expectCode(all, 0)
    expect(all.stdout).to.match(/catalog\s+backfill\s+monolith/)
  })

  it('explain: 0 once nothing is in the way', async () => {
    await rig.passable('cutover')
    const ran = await json('explain', 'catalog')
    expectCode(ran, 0)
    expect(printed(ran)).to.include({ next: 'matapalo cutover catalog --without parity' })
  })

  it('cutover: 1 without the gate that is not configured, nothing changed', async () => {
    const ran = await json('cutover', 'catalog')
    expectCode(ran, 1)
    expect(refusal(ran).code).to.equal('MATAPALO_GATES_CLOSED')
    expectCode(await run('cutover', 'catalog', '--without', 'nonsense'), 1)
    expect(await rig.owner()).to.equal('monolith')
    expect(await rig.ledger.query('SELECT id FROM transfer')).to.deep.equal([])
  })

  it('cutover --dry-run: 0 when it would be done, 1 when it would not, and nothing is', async () => {
    const possible = await run('cutover', 'catalog', '--without', 'parity', '--dry-run')
    expectCode(possible, 0)
    expect(possible.stdout).to.contain('nothing was changed; it would be accepted')
    const refused = await json('cutover', 'catalog', '--dry-run')
    expectCode(refused, 1)
    expect(printed(refused)).to.include({ possible: false, dryRun: true })
    expect(await rig.owner()).to.equal('monolith')
    expect(await rig.ledger.query('SELECT id FROM transfer')).to.deep.equal([])
  })

  it('cutover and rollback: 0, with the pause of each step', async () => {
    const why = ['--without', 'parity', '--reason', 'a rehearsal']
    const over = await json('cutover', 'catalog', ...why)
    expectCode(over, 0)
    expect(printed(over)).to.include({ state: 'completed', next: 'matapalo status catalog' })
    expect(await rig.owner()).to.equal('service')
    await rig.passable('rollback')
    const back = await run('rollback', 'catalog', '--without', 'parity')
    expectCode(back, 0)
    expect(back.stdout).to.match(/rollback of catalog: completed, writes paused [\d.]+ ms/)
    expect(back.stdout).to.match(/switchOwner\s+done\s+[\d.]+ ms/)
    await rig.settled()
  })

  it('audit: who went on without which gate, and why', async () => {
    const ran = await json('audit', 'catalog')
    expectCode(ran, 0)
    const { entries } = printed<{
      entries: { action: string; actor: string; detail: { waived: { gate: string }[] } }[]
    }>(ran)
    const asked = entries.filter(({ action }) => action === 'cutover')
    expect(asked).to.have.length(1)
    const { detail, actor } = asked[0] ?? {}
    expect(detail).to.include({ reason: 'a rehearsal' })
    expect(detail?.waived.map(({ gate }) => gate)).to.deep.equal(['parity'])
    expect(actor).to.equal(userInfo().username)
  })

  it('cutover: 1 when it was unwound, nothing changed', async () => {
    await rig.passable('cutover')
    rig.edge.deaf = true
    const ran = await json('cutover', 'catalog', '--without', 'parity')
    rig.edge.deaf = false
    expectCode(ran, 1)
    expect(printed(ran)).to.include({ state: 'unwound', next: 'matapalo explain catalog' })
    expect(await rig.owner()).to.equal('monolith')
  })

  it('cutover: 2 when the control plane is gone for longer than it may wait', async () => {
    await rig.restart(haltEnvironment('verifyLast'))
    await rig.passable('cutover')
    const cutover = run('cutover', 'catalog', '--without', 'parity', '--limit', '1')
    expect(await whenHalted(rig.stack, { timeoutMs: 30_000 })).to.equal(true)
    // Past the command's limit; nothing tells when, since it hangs on the stopped process.
    await sleep(1_500)
    rig.stack.kill('control-plane')
    const ran = await cutover
    expectCode(ran, 2)
    expect(ran.stderr).to.match(/its outcome is unknown; run: matapalo transfers \d+/)
    await rig.stack.ready('control-plane')
    const id = Number(/transfers (\d+)/.exec(ran.stderr)?.[1])
    expect((await rig.ended(id)).state).to.equal('unwound')
    expectCode(await run('transfers', String(id)), 0)
    await rig.settled()
  })
})
