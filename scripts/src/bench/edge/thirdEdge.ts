/**
 * One more edge for a stack that has two, and Debian's HAProxy in front of all three where it is
 * installed: what a team would put there.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Stack } from '../../stack/index.ts'
import { root } from '../../stack/instance.ts'
import { freePort, type Measured, start } from './process.ts'

export interface ThirdEdge extends Measured {
  readonly url: string
  readonly adminUrl: string
  /** Kills it as a crash would, and starts it again. @returns ms from the start to an answer */
  again(): Promise<number>
}

/** @param over variables in place of those that an edge of this stack has */
export async function startThirdEdge(
  { urls, credentials }: Stack,
  over: Readonly<Record<string, string>> = {},
): Promise<ThirdEdge> {
  const [port, adminPort] = [await freePort(), await freePort()]
  const folder = mkdtempSync(join(tmpdir(), 'matapalo-edge-3-'))
  const url = `http://127.0.0.1:${port}`
  const env = {
    EDGE_ID: 'edge-3',
    EDGE_PORT: String(port),
    EDGE_ADMIN_PORT: String(adminPort),
    CONTROL_URL: urls['control-plane'] ?? '',
    MATAPALO_EDGE_TOKEN: credentials.edgeToken,
    LEDGER_URL: urls['services-db.ledger_reader'] ?? '',
    MONOLITH_DB_URL: urls['monolith-db.matapalo_edge'] ?? '',
    SERVICES_DB_URL: urls['services-db.matapalo_edge'] ?? '',
    REDIS_URL: urls.redis ?? '',
    EDGE_IDENTITY_KEY: credentials.identityKey,
    EDGE_STATE_DIR: folder,
    LOG_LEVEL: 'warn',
    ...over,
  }
  const serves = () =>
    fetch(`${url}/api/books/1`, { signal: AbortSignal.timeout(1_000) }).then(
      async (answer) => {
        await answer.arrayBuffer()
        return answer.status < 500
      },
      () => false,
    )
  const boot = () =>
    start({
      ...{ name: 'edge-3', command: process.execPath, port, env, ready: serves },
      args: [join(root, 'edge-proxy/src/main.ts')],
    })
  let running = await boot()
  return {
    ...{ name: 'edge-3', port, url, adminUrl: `http://127.0.0.1:${adminPort}` },
    get pid() {
      return running.pid
    },
    again: async () => {
      process.kill(running.pid, 'SIGKILL')
      await running.stop()
      const begun = performance.now()
      running = await boot()
      return performance.now() - begun
    },
    stop: async () => {
      await running.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const config = (port: number, edges: readonly string[]): string => `
global
  maxconn 4096
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  http-reuse safe
frontend in
  bind 127.0.0.1:${port}
  default_backend edges
backend edges
  balance roundrobin
${edges.map((edge, n) => `  server edge-${n + 1} ${new URL(edge).host}`).join('\n')}
`

/** Undefined where HAProxy is not installed. */
export async function startBalancer(edges: readonly string[]): Promise<Measured | undefined> {
  if (spawnSync('haproxy', ['-v'], { stdio: 'ignore' }).status !== 0) return undefined
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'matapalo-balancer-'))
  const file = join(folder, 'config')
  writeFileSync(file, config(port, edges))
  const ready = () =>
    fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1_000) }).then(
      async (answer) => {
        await answer.arrayBuffer()
        return answer.status < 500
      },
      () => false,
    )
  const started = await start({
    ...{ name: 'haproxy', command: 'haproxy', args: ['-db', '-f', file], port, ready },
  })
  return {
    ...started,
    stop: async () => {
      await started.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
