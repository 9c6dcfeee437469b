/**
 * Everything that can stand in front of the upstream, each one process with one thread.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../stack/instance.ts'
import { audience, type Control } from './control.ts'
import { freePort, type Measured, type Started, start } from './process.ts'

const answers = (port: number, path = '/api/books/42') =>
  fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(1_000) }).then(
    async (answer) => {
      await answer.arrayBuffer()
      return answer.status === 200
    },
    () => false,
  )

export async function startUpstream(): Promise<Measured> {
  const port = await freePort()
  return start({
    ...{ name: 'upstream', command: process.execPath, port },
    args: [join(import.meta.dirname, 'upstream.ts')],
    ready: () => answers(port),
  })
}

/** The one for large contents and clients that leave. */
export async function startBulkUpstream(): Promise<Measured> {
  const port = await freePort()
  return start({
    ...{ name: 'bulk upstream', command: process.execPath, port },
    args: [join(import.meta.dirname, 'bulkUpstream.ts')],
    ready: () => answers(port),
  })
}

/** One of the proxies in `scripts/test/bench/edge`. */
export async function startProxy(name: string, file: string, upstream: string): Promise<Measured> {
  const port = await freePort()
  return start({
    ...{ name, command: process.execPath, port, env: { UPSTREAM: upstream } },
    args: [join(root, 'scripts/test/bench/edge', file)],
    ready: () => answers(port),
  })
}

export interface EdgeOptions {
  readonly name?: string
  readonly identity?: boolean
  readonly env?: Readonly<Record<string, string>>
  /** Another edge's program, to be measured beside this one. */
  readonly main?: string
  /** For Node itself. */
  readonly args?: readonly string[]
  /** Asked until it is answered 200. */
  readonly path?: string
}

export interface MeasuredEdge extends Measured {
  readonly adminPort: number
}

/** The edge as it is run, but for its databases: nothing that is measured here asks them. */
export async function startEdge(
  control: Control,
  options: EdgeOptions = {},
): Promise<MeasuredEdge> {
  const { name = 'this edge', identity = false, env = {}, args = [], path } = options
  const main = options.main ?? join(root, 'edge-proxy/src/main.ts')
  const port = await freePort()
  const adminPort = await freePort()
  const state = mkdtempSync(join(tmpdir(), 'matapalo-bench-edge-'))
  const { privateKey } = generateKeyPairSync('ed25519')
  const nobody = 'mysql://nobody:none@127.0.0.1:9/none'
  const issuer = {
    EDGE_OIDC_ISSUER: control.issuer,
    EDGE_OIDC_AUDIENCE: audience,
    EDGE_OIDC_JWKS_URL: `${control.url}/jwks`,
  }
  const measured = await start({
    ...{ name, command: process.execPath, port },
    args: [...args, main],
    env: {
      EDGE_ID: `bench-${port}`,
      EDGE_PORT: String(port),
      EDGE_ADMIN_PORT: String(adminPort),
      CONTROL_URL: control.url,
      MATAPALO_EDGE_TOKEN: 'bench',
      LEDGER_URL: nobody,
      MONOLITH_DB_URL: nobody,
      SERVICES_DB_URL: nobody,
      REDIS_URL: 'redis://127.0.0.1:9',
      EDGE_STATE_DIR: state,
      EDGE_IDENTITY_KEY: String(privateKey.export({ format: 'pem', type: 'pkcs8' })),
      EDGE_CLIENT_CONNECTIONS: '0',
      ...(identity ? issuer : {}),
      ...env,
    },
    ready: () => answers(port, path),
  })
  return {
    ...measured,
    adminPort,
    stop: async () => {
      await measured.stop()
      rmSync(state, { recursive: true, force: true })
    },
  }
}

const nginxConfig = (folder: string, port: number, upstream: string): string => `
daemon off; master_process off; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 2048; }
http {
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  upstream app { server ${upstream}; keepalive 256; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://app; proxy_http_version 1.1;
      proxy_set_header Connection ""; proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Request-Id $request_id;
    }
  }
}`

const haproxyConfig = (_folder: string, port: number, upstream: string): string => `
global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend in
  bind 127.0.0.1:${port}
  option forwardfor
  default_backend app
backend app
  server one ${upstream}
`

const installed = (program: string): boolean =>
  spawnSync(program, ['-v'], { stdio: 'ignore' }).status === 0

/** Undefined where the program is not installed. */
export async function startNginx(upstream: number): Promise<Measured | undefined> {
  return startProgram('nginx', nginxConfig, (folder) => ['-p', folder, '-c', `${folder}/config`], {
    upstream,
  })
}

export async function startHaproxy(upstream: number): Promise<Measured | undefined> {
  return startProgram('haproxy', haproxyConfig, (folder) => ['-db', '-f', `${folder}/config`], {
    upstream,
  })
}

async function startProgram(
  program: string,
  config: (folder: string, port: number, upstream: string) => string,
  args: (folder: string) => readonly string[],
  { upstream }: { readonly upstream: number },
): Promise<Measured | undefined> {
  if (!installed(program)) return undefined
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), `matapalo-bench-${program}-`))
  writeFileSync(`${folder}/config`, config(folder, port, `127.0.0.1:${upstream}`))
  const wanted: Started = {
    ...{ name: program, command: program, args: args(folder), port },
    ready: () => answers(port),
  }
  const measured = await start(wanted)
  return {
    ...measured,
    stop: async () => {
      await measured.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
