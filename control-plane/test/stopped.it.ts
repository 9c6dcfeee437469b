/** A conductor that is stopped (SIGSTOP) in mid transfer, replaced, and wakes up late. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { StepName } from '@matapalo/core'
import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import { committedFrom, faults, Rig } from './support/rig.ts'

const main = join(import.meta.dirname, '../src/main.ts')

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

/** Another control plane over the same ledger, which stops itself at the step. */
async function spare(rig: Rig, step: StepName): Promise<{ child: ChildProcess; url: string }> {
  const port = await freePort()
  const { urls, ports, credentials } = rig.stack
  const feed = (name: string, server: 'monolith-db' | 'services-db') => ({
    [`FEED_${name}_HOST`]: '127.0.0.1',
    [`FEED_${name}_PORT`]: String(ports[server].main),
    [`FEED_${name}_USER`]: 'matapalo_feed',
    [`FEED_${name}_PASSWORD`]: credentials.passwords.matapalo_feed,
  })
  const child = spawn(process.execPath, [main], {
    stdio: 'ignore',
    env: {
      PATH: process.env.PATH,
      CONTROL_PORT: String(port),
      MATAPALO_OPERATOR_TOKEN: credentials.operatorToken,
      MATAPALO_EDGE_TOKEN: credentials.edgeToken,
      LEDGER_URL: urls['services-db.ledger'],
      MONOLITH_DB_URL: urls['monolith-db.matapalo_conductor'],
      SERVICES_DB_URL: urls['services-db.matapalo_conductor'],
      CONNECT_URL: urls.connect,
      CDC_URL: urls.cdc,
      KAFKA_BROKERS: urls.kafka,
      ...feed('MONOLITH', 'monolith-db'),
      ...feed('SERVICES', 'services-db'),
      ...faults({ haltAt: { step } }),
    },
  })
  return { child, url: `http://127.0.0.1:${port}` }
}

const isUp = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`).then(
    ({ status }) => status === 200,
    () => false,
  )

describe('a stopped conductor', function () {
  this.timeout(120_000)
  let rig: Rig
  let child: ChildProcess | undefined

  before(async () => {
    rig = await Rig.open('stopped')
    await rig.migrate()
  })
  afterEach(() => {
    child?.kill('SIGKILL')
    child = undefined
  })
  after(() => rig?.close())

  for (const step of ['fenceSource', 'catchUp', 'switchOwner', 'announce', 'openTarget'] as const)
    it(`changes nothing when it wakes up in ${step} after another has taken over`, async () => {
      const from = await rig.owner()
      await rig.passable('transfer')
      await rig.stack.halt('control-plane')
      const zombie = await spare(rig, step)
      child = zombie.child
      expect(await until(() => isUp(zombie.url), { timeoutMs: 20_000, everyMs: 100 })).to.equal(
        true,
      )
      // The edge follows the regular control plane, which is away: its word is in the ledger.
      await rig.ledger.execute('UPDATE edge SET acked_epoch = 1000000, drained_epoch = 1000000')
      const kind = from === 'monolith' ? 'cutover' : 'rollback'
      const asked = await rig.api<{ id: number }>(
        'POST',
        '/v1/transfers',
        { kind, domains: ['catalog'], without: ['parity'] },
        zombie.url,
      )
      expect(asked.status, JSON.stringify(asked.body)).to.equal(202)
      await rig.stack.restart('control-plane')
      const report = await rig.ended(asked.body.id)
      const committed = committedFrom(step, 'before')
      expect(report.state).to.equal(committed ? 'completed' : 'unwound')
      zombie.child.kill('SIGCONT')
      // It must find out by itself that it no longer leads, and go on as a standby.
      const follows = await until(
        async () => (await fetch(`${zombie.url}/healthz`)).ok && !(await isUp(zombie.url)),
        { timeoutMs: 10_000, everyMs: 100 },
      )
      expect(follows).to.equal(true)
      expect((await rig.status()).frozen).to.equal(null)
      const other = from === 'monolith' ? 'service' : 'monolith'
      expect(await rig.owner()).to.equal(committed ? other : from)
      await rig.settled()
    })
})
