import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decide, defaultRules, type RouteTable } from '@matapalo/core'
import { Lifecycle, silentLog, until } from '@matapalo/runtime'
import { expect } from 'chai'
import type { EdgeConfig } from '../../src/config.ts'
import type { Exchange } from '../../src/exchange.ts'
import type { Callers } from '../../src/identity/callers.ts'
import { createMetrics } from '../../src/metrics.ts'
import { TableInForce } from '../../src/tableInForce.ts'
import { Replicas } from '../../src/upstreams/replicas.ts'
import { wireShadowing } from '../../src/wiring/shadowing.ts'
import { catalog, routes } from '../harness.ts'

describe('wireShadowing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'matapalo-shadowing-'))
  const life = new Lifecycle(silentLog)
  after(async () => {
    await life.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('looks at a candidate whose certificate only the given authority has signed', async () => {
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')]
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
    const names = ['-subj', '/CN=candidate', '-addext', 'subjectAltName=IP:127.0.0.1']
    const files = ['-nodes', '-days', '2', '-keyout', key, '-out', cert]
    execFileSync('openssl', [...made, ...names, ...files], { stdio: 'ignore' })
    const ca = readFileSync(cert, 'utf8')
    const looked: string[] = []
    const candidate = createServer({ cert: ca, key: readFileSync(key) }, (req, res) => {
      looked.push(req.url ?? '')
      res.end('book')
    }).listen(0, '127.0.0.1')
    await once(candidate, 'listening')
    life.add('candidate', () => {
      candidate.closeAllConnections()
      candidate.close()
    })

    const inForce = new TableInForce()
    const url = `https://127.0.0.1:${(candidate.address() as AddressInfo).port}`
    const shadow = { round: 1, rate: 1, rules: defaultRules }
    const table: RouteTable = {
      epoch: 1,
      domains: [{ ...catalog, phase: 'shadow', shadow }],
      routes,
      upstreams: { monolith: [url], catalog: [url] },
    }
    inForce.apply(table)
    // Only what copies need of each.
    const config = {
      ...{ shadowConcurrency: 1, shadowBody: 65_536, shadowMax: 2_000 },
      ...{ controlUrl: new URL('http://127.0.0.1:9'), id: 'edge', edgeToken: 'token' },
    } as EdgeConfig
    const callers = { next: () => undefined } as unknown as Callers
    const wired = wireShadowing({
      ...{ config, life, inForce, callers, ca, log: silentLog },
      ...{ replicas: new Replicas(), barrier: async () => true, metrics: createMetrics('test') },
    })
    const line = {
      method: 'GET',
      path: '/api/books/1',
      host: '127.0.0.1',
      query: new URLSearchParams(),
    }
    const exchange = {
      ...{ line: { ...line, headers: {} }, target: line.path, hasBody: false, requestId: 'one' },
      req: { headers: {} },
    } as unknown as Exchange
    const tap = wired.shadow.tap(exchange, table, decide(table, exchange.line))
    tap?.capture.onHead({ status: 200, message: 'OK', headers: [] })
    tap?.capture.onData(Buffer.from('book'))
    tap?.answered(() => ['host', '127.0.0.1'])
    await until(() => wired.tallies.reports().length > 0, { timeoutMs: 5_000 })
    expect(looked).to.deep.equal(['/api/books/1'])
    expect(wired.tallies.reports()[0]?.tally.equal).to.equal(1)
  })
})
