import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '@bookshop/kit/database'
import { listen } from '@bookshop/kit/http/server'
import { silentLog } from '@bookshop/kit/log'
import { expect } from 'chai'
import { createApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { createMetrics } from '../../src/metrics.ts'
import { freshSchema, type Rig, startRig } from '../support/rig.ts'

const entry = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

const freePort = async (): Promise<number> => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

describe('the users process', function () {
  this.timeout(60_000)

  it('starts alone, serves, logs in lines of JSON and stops gracefully', async () => {
    const schema = await freshSchema()
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const child = spawn(process.execPath, [entry], {
      env: {
        PATH: process.env.PATH ?? '',
        PORT: String(port),
        DATABASE_URL: schema.url.href,
        IDENTITY_JWKS: '{"keys":[]}',
        ISSUER: `${url}/identity`,
        USERS_SECRET: Buffer.alloc(32, 1).toString('base64url'),
        MAIL_FOLDER: '/tmp',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      const messages: string[] = []
      for await (const line of createInterface({ input: child.stdout })) {
        messages.push((JSON.parse(line) as { msg: string }).msg)
        if (messages.includes('process.ready') && messages.includes('provider.ready')) break
      }
      expect((await fetch(`${url}/readyz`)).status).to.equal(200)
      const keys = (await (await fetch(`${url}/identity/jwks`)).json()) as { keys: object[] }
      expect(keys.keys).to.have.length(2)
    } finally {
      child.kill('SIGTERM')
    }
    const [code] = await once(child, 'exit')
    expect(code).to.equal(0)
    await schema.drop()
  })
})

describe('while another store owns the tables', function () {
  this.timeout(60_000)
  let rig: Rig
  before(async () => {
    rig = await startRig()
    await rig.register('ana@example.test')
    for (const table of ['account', 'session', 'preferences', 'user_role']) {
      for (const verb of ['INSERT', 'UPDATE', 'DELETE']) {
        await rig.database.raw(
          `CREATE TRIGGER ${table}_${verb} BEFORE ${verb} ON ${table} FOR EACH ROW
             SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'fenced'`,
        )
      }
    }
  })
  after(() => rig?.stop())

  it('writes are 503 users_moved, in the shape of their operation, and reads go on', async () => {
    const login = { email: 'ana@example.test', password: 'secret-password' }
    const answer = await rig.ask('POST', '/api/login', login)
    expect([answer.status, answer.headers.get('retry-after')]).to.deep.equal([503, '1'])
    expect(answer.json).to.have.nested.property('error.code', 'users_moved')
    const wrong = await rig.ask('POST', '/api/login', { ...login, password: 'x' })
    expect(wrong.status).to.equal(401)
  })

  it('programs get their tokens all the same', async () => {
    const basic = Buffer.from('orders:orders-secret').toString('base64')
    const response = await fetch(`${rig.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'users:read' }),
    })
    expect(response.status).to.equal(200)
  })
})

describe('while the database is away', function () {
  this.timeout(60_000)

  it('nobody is told that they are nobody', async () => {
    const dead = await freePort()
    const issuer = 'http://127.0.0.1/identity'
    const config = readConfig({
      DATABASE_URL: `mysql://users:x@127.0.0.1:${dead}/users`,
      IDENTITY_JWKS: '{"keys":[]}',
      ISSUER: issuer,
      USERS_SECRET: Buffer.alloc(32, 1).toString('base64url'),
    })
    const database = openDatabase(config.database, 2)
    const { app } = createApp({
      config,
      database,
      metrics: createMetrics(),
      log: silentLog,
      isStopping: () => false,
      validateResponses: true,
    })
    const server = await listen(app, '127.0.0.1', 0)
    const ask = (path: string, init: RequestInit = {}) =>
      fetch(`http://127.0.0.1:${server.port}${path}`, init).then(({ status }) => status)
    const headers = { cookie: `sid=${'a'.repeat(64)}` }
    expect(await ask('/api/session', { headers })).to.equal(503)
    expect(await ask('/api/profile', { headers })).to.equal(503)
    expect(await ask('/identity/jwks')).to.equal(503)
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x' })
    expect(await ask('/identity/token', { method: 'POST', body })).to.equal(503)
    expect(await ask('/readyz')).to.equal(503)
    expect(await ask('/healthz')).to.equal(200)
    await server.stop()
    await database.destroy()
  })
})
