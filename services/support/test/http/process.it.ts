/**
 * The program itself: started alone, on its own database, without any neighbour.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { suiteStack } from '../../../../scripts/src/stack/testing.ts'
import { newSigner, type Signer } from '../signer.ts'
import { openStore, type Store } from '../store.ts'

const program = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

describe('the support process', function () {
  this.timeout(60_000)
  const running = suiteStack({ name: 'support-process', only: ['services-db'] })
  let store: Store
  let edge: Signer
  let child: ChildProcess
  let folder: string
  let lines: Record<string, unknown>[]
  let url: string

  before(async () => {
    store = await openStore(await running.get())
    edge = await newSigner()
    folder = mkdtempSync(join(tmpdir(), 'support-process-'))
    lines = []
    const nowhere = 'http://127.0.0.1:9'
    child = spawn(process.execPath, [program], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env.PATH,
        PORT: '0',
        DATABASE_URL: store.url.href,
        IDENTITY_JWKS: JSON.stringify(edge.keys),
        MAIL_FOLDER: folder,
        USERS_URL: nowhere,
        ORDERS_URL: nowhere,
        CATALOG_URL: nowhere,
      },
    })
    let rest = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk).split('\n')
      rest = parts.pop() ?? ''
      for (const part of parts) lines.push(JSON.parse(part) as Record<string, unknown>)
    })
    while (!lines.some(({ msg }) => msg === 'process.ready')) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    url = `http://127.0.0.1:${lines.find(({ msg }) => msg === 'process.ready')?.port}`
  })
  after(async () => {
    if (child?.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    await store?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const ask = async (roles: readonly string[], method: string, path: string, body?: object) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        'x-matapalo-identity': await edge.sign({ roles, sub: '11' }),
        'x-request-id': 'request-1',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, headers: response.headers, json: await response.json() }
  }

  it('is alive, ready and measured', async () => {
    for (const path of ['/healthz', '/readyz', '/openapi.json']) {
      expect((await fetch(`${url}${path}`)).status).to.equal(200)
    }
    await ask(['customer'], 'GET', '/api/tickets/4711')
    const text = await (await fetch(`${url}/metrics`)).text()
    expect(text).to.contain('route="/api/tickets/{id}",status="404"')
    expect(text).not.to.contain('4711')
  })

  it('works without any neighbour, and names them', async () => {
    const body = { subject: 'Alone', body: 'All', order_id: 5 }
    const opened = await ask(['customer'], 'POST', '/api/tickets', body)
    expect([opened.status, opened.headers.get('x-missing')]).to.deep.equal([201, 'orders'])
    const { id } = opened.json as { id: number }
    const seen = await ask(['agent'], 'GET', `/api/support/cases/query/${id}`)
    expect(seen.json).to.deep.include({ customer: null, orders: null, claimed_order_id: 5 })
    expect((seen.json as { missing: string[] }).missing).to.have.members(['users', 'orders'])
  })

  it('logs what was missing, under the request’s id, and no word of anybody', () => {
    const line = lines.find(({ msg }) => msg === 'neighbour.missing')
    expect(line).to.include({ requestId: 'request-1', name: 'support' })
    expect(JSON.stringify(lines)).not.to.contain('Alone')
  })

  it('answers 503 while its database is away, and serves on when it is back', async () => {
    const stack = await running.get()
    await stack.halt('services-db')
    expect((await ask(['customer'], 'GET', '/api/tickets')).status).to.equal(503)
    expect((await fetch(`${url}/readyz`)).status).to.equal(503)
    await stack.restart('services-db')
    expect((await ask(['customer'], 'GET', '/api/tickets')).status).to.equal(200)
    expect((await fetch(`${url}/readyz`)).status).to.equal(200)
  })

  it('stops gracefully when it is told to', async () => {
    child.kill('SIGTERM')
    const [code] = await once(child, 'exit')
    expect(code).to.equal(0)
  })

  it('owns every route that its manifest names', async () => {
    const { parse } = await import('yaml')
    const read = (name: string) =>
      parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'))
    const described = Object.entries(
      read('openapi.yaml').paths as Record<string, Record<string, object>>,
    ).flatMap(([path, methods]) =>
      Object.keys(methods)
        .filter((name) => name !== 'parameters')
        .map((name) => `${name.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
    )
    const routes = read('manifest.yaml').routes as { path: string; methods: string[] }[]
    const named = routes.flatMap(({ path, methods }) => methods.map((one) => `${one} ${path}`))
    expect(named).to.have.members(described)
  })
})
