/**
 * As many requests as keep-alive connections can make: by Debian's wrk where it is installed, by
 * autocannon otherwise.
 *
 * @module
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface LoadOptions {
  readonly port: number
  readonly path: string
  readonly connections: number
  readonly seconds: number
  /** Sent in turn, one with each request. */
  readonly tokens?: readonly string[]
}

export interface Load {
  readonly perSecond: number
  readonly requests: number
  /** Anything but an answer of 200. */
  readonly errors: number
}

const wrkThere = spawnSync('wrk', ['-v'], { stdio: 'ignore' }).error === undefined
/** What makes the load. */
export const loader = wrkThere ? 'wrk' : 'autocannon'

async function output(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  let told = ''
  child.stdout.on('data', (chunk) => {
    text += chunk
  })
  child.stderr.on('data', (chunk) => {
    told += chunk
  })
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${told || text}`)
  return text
}

export const load = (options: LoadOptions): Promise<Load> =>
  wrkThere ? byWrk(options) : byAutocannon(options)

async function byWrk({ port, path, connections, seconds, tokens }: LoadOptions): Promise<Load> {
  const folder = mkdtempSync(join(tmpdir(), 'matapalo-wrk-'))
  try {
    const script = join(folder, 'requests.lua')
    writeFileSync(join(folder, 'tokens'), (tokens ?? []).join('\n'))
    writeFileSync(
      script,
      `${tokens === undefined ? '' : turns(join(folder, 'tokens'), path)}
done = function(summary, latency, requests)
  local e = summary.errors
  io.write(string.format('\\nRESULT %d %d %d\\n', summary.requests, summary.duration,
    e.connect + e.read + e.write + e.status + e.timeout))
end`,
    )
    const url = `http://127.0.0.1:${port}${path}`
    const flags = ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, url]
    const match = /RESULT (\d+) (\d+) (\d+)/.exec(await output('wrk', flags))
    if (match === null) throw new Error('wrk gave no result')
    const [requests, microseconds, errors] = match.slice(1).map(Number) as [number, number, number]
    return { requests, errors, perSecond: (requests * 1e6) / microseconds }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Made once, so that wrk does no more per request than pick the next. */
const turns = (file: string, path: string): string => `
local made, n = {}, 0
function init()
  for line in io.lines('${file}') do
    made[#made + 1] = wrk.format('GET', '${path}', { ['Authorization'] = 'Bearer ' .. line })
  end
end
function request()
  n = n % #made + 1
  return made[n]
end`

async function byAutocannon(options: LoadOptions): Promise<Load> {
  const { port, path, connections, seconds, tokens } = options
  const program = createRequire(import.meta.url).resolve('autocannon')
  const flags = ['-j', '-n', '-c', String(connections), '-d', String(seconds)]
  // It sends one field with all of its requests: one token stands for all.
  const [token] = tokens ?? []
  const field = token === undefined ? [] : ['-H', `authorization=Bearer ${token}`]
  const url = `http://127.0.0.1:${port}${path}`
  const text = await output(process.execPath, [program, ...flags, ...field, url])
  const result = JSON.parse(text) as {
    readonly requests: { readonly total: number; readonly average: number }
    readonly errors: number
    readonly non2xx: number
    readonly duration: number
  }
  const { requests, errors, non2xx, duration } = result
  return {
    requests: requests.total,
    errors: errors + non2xx,
    perSecond: requests.total / duration,
  }
}
