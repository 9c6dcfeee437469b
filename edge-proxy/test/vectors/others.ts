/**
 * The front ends that stand beside ours in the report: what Debian packs, as its administrators would
 * first set it up in front of a keep-alive upstream. Absent programs are left out.
 *
 * @module
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '@matapalo/runtime'
import { send } from './replay.ts'

export interface FrontEnd {
  readonly name: string
  readonly port: number
  stop(): Promise<void>
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

const nginxConfig = (folder: string, port: number, upstream: number): string => `
daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  upstream app { server 127.0.0.1:${upstream}; keepalive 1; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://app; proxy_http_version 1.1;
      proxy_set_header Connection ""; proxy_set_header Host $http_host;
    }
  }
}`

const haproxyConfig = (_folder: string, port: number, upstream: number): string => `
defaults
  mode http
  timeout connect 2s
  timeout client 5s
  timeout server 5s
  http-reuse always
frontend in
  bind 127.0.0.1:${port}
  default_backend app
backend app
  server one 127.0.0.1:${upstream}
`

const programs = [
  {
    ...{ name: 'nginx', version: ['-v'], config: nginxConfig },
    args: (folder: string) => ['-p', folder, '-c', `${folder}/config`],
  },
  {
    ...{ name: 'haproxy', version: ['-v'], config: haproxyConfig },
    args: (folder: string) => ['-db', '-f', `${folder}/config`],
  },
]

async function start(
  { name, version, config, args }: (typeof programs)[number],
  upstream: number,
): Promise<FrontEnd | undefined> {
  const asked = spawnSync(name, version, { encoding: 'utf8' })
  if (asked.error !== undefined || asked.status !== 0) return undefined
  const number = /\d+\.\d+\.\d+/.exec(asked.stdout + asked.stderr)?.[0] ?? ''
  const folder = mkdtempSync(join(tmpdir(), `matapalo-${name}-`))
  const port = await freePort()
  writeFileSync(`${folder}/config`, config(folder, port, upstream))
  const child: ChildProcess = spawn(name, args(folder), { stdio: 'ignore' })
  const probe = Buffer.from('GET /canary HTTP/1.1\r\nHost: shop.test\r\n\r\n')
  const up = async () =>
    (await send(port, probe, { until: 'the end', limitMs: 300 })).statuses[0] === 200
  await until(up, { timeoutMs: 5_000 })
  return {
    name: `${name} ${number}`,
    port,
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit')
        child.kill('SIGKILL')
        await ended
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export async function startOthers(upstream: number): Promise<readonly FrontEnd[]> {
  const started = []
  for (const program of programs) {
    const one = await start(program, upstream)
    if (one !== undefined) started.push(one)
  }
  return started
}
