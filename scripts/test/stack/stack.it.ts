import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openDb, until } from '@matapalo/runtime'
import { expect } from 'chai'
import { isAlive } from '../../lock.mjs'
import {
  type ComponentName,
  componentNames,
  folderOf,
  readStackFile,
  type Stack,
  startStack,
} from '../../src/stack/index.ts'
import { exchange, kafkaAnswers, redisAnswers } from '../../src/stack/probe.ts'
import { suiteStack, testInstance } from '../../src/stack/testing.ts'

const engines: readonly ComponentName[] = componentNames.slice(0, 5)
const run = promisify(execFile)

/**
 * Every process whose command line names an instance's folder.
 *
 * @param file and this file too
 */
const processesOf = (instance: string, file = ''): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        return command.includes(`${folderOf(instance)}/`) && command.includes(file)
      } catch {
        return false
      }
    })

const pidOf = (stack: Stack, name: ComponentName): number | undefined =>
  stack.status().find((one) => one.name === name)?.pid

describe('the stack', function () {
  // A busy machine starts slowly; what must be quick is measured, not cut off.
  this.timeout(180_000)
  const ours = suiteStack({ name: 'stack', only: engines })

  it('brings up every engine, warm, in 30 s', async () => {
    const stack = await ours.get()
    expect(stack.status().map(({ state }) => state)).to.deep.equal(engines.map(() => 'ready'))
    expect(stack.startedMs).to.be.lessThan(30_000)
  })

  it('stays within 2.5 GiB, and each process within its limit', async () => {
    const sizes = Object.values(await (await ours.get()).pss())
    expect(sizes).to.have.length(engines.length)
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.lessThan(2560)
  })

  it('writes URLs and credentials for its owner only', async () => {
    const stack = await ours.get()
    const path = join(folderOf(stack.instance), 'stack.json')
    expect(statSync(path).mode & 0o777).to.equal(0o600)
    expect(readStackFile(stack.instance)?.credentials).to.deep.equal(stack.credentials)
  })

  it('shows no secret in a command line', async () => {
    const stack = await ours.get()
    const { rootPassword, redisPassword, passwords } = stack.credentials
    for (const { pid } of stack.status()) {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      for (const secret of [rootPassword, redisPassword, ...Object.values(passwords)]) {
        expect(line.includes(secret)).to.equal(false)
      }
    }
  })

  it('has servers with the binlog, zones and statement history that the toolkit needs', async () => {
    const stack = await ours.get()
    for (const [server, id] of [
      ['monolith-db', 101],
      ['services-db', 102],
    ] as const) {
      const db = openDb({ url: new URL(stack.urls[`${server}.root`] ?? ''), poolSize: 1 })
      const [row] = await db.query(
        `SELECT @@server_id AS id, @@binlog_format AS format, @@binlog_row_image AS image,
                @@global.time_zone AS zone, @@sync_binlog AS sync, @@bind_address AS bind, @@tmpdir AS tmp,
                CONVERT_TZ('2026-11-21 12:00:00', '+00:00', 'America/Bogota') AS bogota,
                (SELECT GROUP_CONCAT(name) FROM performance_schema.setup_consumers
                  WHERE enabled = 'YES' AND name = 'events_statements_history') AS history`,
      )
      await db.close()
      expect(row).to.deep.equal({
        id: String(id),
        format: 'ROW',
        image: 'FULL',
        zone: '+00:00',
        // This instance's folder goes when it stops: no commit waits for the disk.
        sync: '0',
        bind: '127.0.0.1',
        // A starting server deletes temporary files of every other one that shares the folder.
        tmp: join(stack.folder, 'data', server, 'tmp'),
        bogota: '2026-11-21 07:00:00',
        history: 'events_statements_history',
      })
    }
  })

  it('lets each account do what its work needs, and no more', async () => {
    const { urls } = await ours.get()
    const as = async (account: string, sql: string): Promise<string> => {
      const db = openDb({ url: new URL(urls[account] ?? ''), poolSize: 1 })
      try {
        await db.execute(sql)
        return 'done'
      } catch (error) {
        return (error as { code: string }).code
      } finally {
        await db.close()
      }
    }
    await as('monolith-db.matapalo_conductor', 'CREATE TABLE IF NOT EXISTS matapalo.probe (id INT)')
    await as('monolith-db.bookshop_ddl', 'CREATE TABLE IF NOT EXISTS bookshop.probe (id INT)')
    const trigger = `CREATE OR REPLACE TRIGGER bookshop.probe_bi BEFORE INSERT ON bookshop.probe
      FOR EACH ROW SET @probe = (SELECT COUNT(*) FROM matapalo.probe)`
    expect(await as('monolith-db.matapalo_conductor', trigger)).to.equal('done')
    expect(await as('monolith-db.bookshop', 'INSERT INTO bookshop.probe VALUES (1)')).to.equal(
      'done',
    )
    expect(await as('monolith-db.matapalo_applier', 'SET SESSION server_id = 4242')).to.equal(
      'done',
    )
    expect(await as('monolith-db.bookshop', 'TRUNCATE bookshop.probe')).to.equal(
      'ER_TABLEACCESS_DENIED_ERROR',
    )
    expect(await as('monolith-db.bookshop', 'SELECT 1 FROM matapalo.probe')).to.equal(
      'ER_TABLEACCESS_DENIED_ERROR',
    )
    expect(await as('monolith-db.matapalo_edge', 'DELETE FROM matapalo.probe')).to.equal(
      'ER_TABLEACCESS_DENIED_ERROR',
    )
    await as('monolith-db.bookshop_ddl', 'DROP TABLE bookshop.probe')
    await as('monolith-db.matapalo_conductor', 'DROP TABLE matapalo.probe')
  })

  for (const name of ['redis', 'monolith-db'] as const) {
    it(`starts ${name} again within a second of a SIGKILL`, async () => {
      const stack = await ours.get()
      const before = pidOf(stack, name)
      const killed = performance.now()
      stack.kill(name)
      await until(() => pidOf(stack, name) !== before && pidOf(stack, name) !== undefined, {
        timeoutMs: 5000,
        everyMs: 5,
      })
      expect(performance.now() - killed).to.be.lessThan(1000)
      await stack.ready(name, 30_000)
    })
  }

  it('ends the session of a killed Kafka within a second, and then starts it again', async () => {
    const stack = await ours.get()
    const before = pidOf(stack, 'kafka')
    const ending = (): boolean => processesOf(stack.instance, 'controller.properties').length > 0
    const killed = performance.now()
    stack.kill('kafka')
    await until(ending, { timeoutMs: 5_000, everyMs: 5 })
    expect(performance.now() - killed).to.be.lessThan(1000)
    await stack.ready('kafka', 60_000)
    expect(ending()).to.equal(false)
    expect(pidOf(stack, 'kafka')).not.to.equal(before)
  })

  it('keeps what Redis was told before it was killed', async () => {
    const { ports, credentials, kill, ready } = await ours.get()
    const at = { host: '127.0.0.1', port: ports.redis.main ?? 0 }
    await until(() => redisAnswers(at, credentials.redisPassword), { timeoutMs: 5000 })
    const auth = `AUTH ${credentials.redisPassword}\r\n`
    await exchange(at, Buffer.from(`${auth}SET probe kept\r\n`))
    kill('redis')
    await until(async () => !(await redisAnswers(at, credentials.redisPassword)), {
      timeoutMs: 1000,
      everyMs: 1,
    })
    await ready('redis', 10_000)
    await until(() => redisAnswers(at, credentials.redisPassword), { timeoutMs: 5000 })
    const answer = await exchange(at, Buffer.from(`${auth}GET probe\r\n`))
    expect(answer?.toString()).to.equal('+OK\r\n$4\r\nkept\r\n')
  })

  it('runs beside another instance and takes nothing of it when that one ends', async () => {
    const stack = await ours.get()
    const other = await startStack({
      instance: testInstance('beside'),
      only: ['monolith-db', 'redis'],
    })
    expect(other.ports['monolith-db'].main).not.to.equal(stack.ports['monolith-db'].main)
    expect(processesOf(other.instance)).not.to.deep.equal([])
    await other.stop()
    expect(processesOf(other.instance)).to.deep.equal([])
    expect(existsSync(folderOf(other.instance))).to.equal(false)
    expect(await kafkaAnswers({ host: '127.0.0.1', port: stack.ports.kafka.main ?? 0 })).to.equal(
      true,
    )
  })

  it('says which component failed, with the end of its log, and leaves nothing behind', async () => {
    const instance = testInstance('broken')
    const before = { ...process.env }
    const failure = await startStack({
      instance,
      only: ['connect'],
      env: { connect: { JAVA_TOOL_OPTIONS: '-XX:NoSuchFlag' } },
    }).catch((error: Error) => error)
    expect(process.env).to.deep.equal(before)
    expect((failure as Error).message).to.match(
      /^connect keeps dying; the end of .*\n(.*\n)*.*NoSuchFlag/,
    )
    expect(processesOf(instance)).to.deep.equal([])
    expect(existsSync(folderOf(instance))).to.equal(false)
  })
})

describe('npm run stack', function () {
  this.timeout(180_000)
  const instance = testInstance('cli')
  const stack = (...args: readonly string[]) =>
    run(process.execPath, ['scripts/src/stack/main.ts', ...args, '--instance', instance]).then(
      ({ stdout }) => ({ code: 0, text: stdout }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        code: error.code,
        text: error.stdout + error.stderr,
      }),
    )

  it('brings up, shows, keeps the data over down and up, and takes down', async () => {
    const up = await stack('up', '--only', 'redis,monolith-db')
    expect(up.text).to.match(/^stack: ready in \d+\.\d s/)
    expect((await stack('up')).code).to.equal(1)
    const status = await stack('status')
    expect(status.code).to.equal(0)
    expect(status.text).to.match(/^monolith-db +ready/m)
    expect((await stack('logs', 'monolith-db')).text).to.include('ready for connections')
    const first = readStackFile(instance)
    expect((await stack('down')).code).to.equal(0)
    expect(processesOf(instance)).to.deep.equal([])
    expect((await stack('status')).text).to.include('is not up; run: npm run stack -- up')
    await stack('up', '--only', 'redis,monolith-db')
    const second = readStackFile(instance)
    expect(second?.credentials).to.deep.equal(first?.credentials)
    expect(second?.ports).to.deep.equal(first?.ports)
  })

  it('leaves no process behind when the supervisor itself is killed', async () => {
    const supervisor = readStackFile(instance)?.supervisor ?? 0
    expect(processesOf(instance)).not.to.deep.equal([])
    process.kill(supervisor, 'SIGKILL')
    const gone = await until(() => processesOf(instance).length === 0, { timeoutMs: 5000 })
    expect(gone).to.equal(true)
    expect(isAlive(supervisor)).to.equal(false)
  })
})
