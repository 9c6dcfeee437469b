/**
 * `node edge-proxy/test/vectors/report.ts [--json FILE]`: every vector against this edge, and against
 * nginx and HAProxy where they are installed. Rows in the shape of the project's benches.
 * Exit codes: 0 this edge refuses every one, 1 not.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { testEdge } from '../harness.ts'
import { type FrontEnd, startOthers } from './others.ts'
import { canary, goodCanary, type Recorder, record, send } from './replay.ts'
import { type Level, refusedVectors, servedVectors, type Vector } from './vectors.ts'

/** Longest wait for an answer and the end of the connection, ms. */
const limitMs = 500

interface Verdict {
  readonly good: boolean
  readonly text: string
}

/** Nothing arrived, the client was told or cut off, and the next request is served well. */
async function refused(port: number, upstream: Recorder, vector: Vector): Promise<Verdict> {
  upstream.clear()
  const { statuses, closed } = await send(port, vector.octets, { limitMs })
  const arrived = upstream.reached.length
  const last = statuses.at(-1) ?? 0
  const after = await canary(port, upstream)
  const told = last >= 400 ? String(last) : closed ? 'closed' : last === 0 ? 'waits' : String(last)
  const good = arrived === 0 && after === goodCanary && (last >= 400 || (closed && last === 0))
  const wrong = after === goodCanary ? '' : `, canary: ${after}`
  return { good, text: `${told}${arrived === 0 ? '' : `, ${arrived} arrived`}${wrong}` }
}

/** It arrived once, was answered, and the next request is served well. */
async function served(port: number, upstream: Recorder, vector: Vector): Promise<Verdict> {
  upstream.clear()
  const { statuses } = await send(port, vector.octets, { until: 'the end', limitMs })
  const arrived = upstream.reached.length
  const good =
    arrived === 1 && statuses.at(-1) === 200 && (await canary(port, upstream)) === goodCanary
  return { good, text: `${statuses.at(-1) ?? 'nothing'}, ${arrived} arrived` }
}

const { values } = parseArgs({ options: { json: { type: 'string' } } })
const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const upstream = await record()
const edge = await testEdge({ monolith: `http://127.0.0.1:${upstream.port}`, connections: 1 })
const ours = { name: 'this edge', port: Number(new URL(edge.url).port), stop: edge.stop }
const fronts: readonly FrontEnd[] = [ours, ...(await startOthers(upstream.port))]
const kinds: readonly (readonly [string, readonly Vector[], typeof refused])[] = [
  ...(['must', 'should', 'may'] as const).map(
    (level: Level) =>
      [level, refusedVectors().filter((one) => one.level === level), refused] as const,
  ),
  ['legal', servedVectors(), served],
]

const rows = []
for (const [kind, vectors, judge] of kinds) {
  const good = new Map<string, number>()
  for (const vector of vectors) {
    const verdicts: string[] = []
    let differs = false
    for (const front of fronts) {
      const verdict = await judge(front.port, upstream, vector)
      good.set(front.name, (good.get(front.name) ?? 0) + Number(verdict.good))
      verdicts.push(`${front.name}: ${verdict.good ? 'ok' : 'NO'} (${verdict.text})`)
      differs ||= !verdict.good
    }
    if (differs) say(`${kind} ${vector.name} [${vector.rule}]  ${verdicts.join('  ')}`)
  }
  for (const front of fronts) {
    const value = good.get(front.name) ?? 0
    const what = `${kind === 'legal' ? 'legal messages served' : `${kind}-reject vectors refused`}, ${front.name}`
    const bar = front === ours ? { bar: 'all', met: value === vectors.length } : {}
    rows.push({ what, value, unit: `of ${vectors.length}`, against: front.name, ...bar })
  }
}
say('')
for (const { what, value, unit } of rows) say(`${what}: ${value} ${unit}`)
if (values.json !== undefined) {
  writeFileSync(values.json, `${JSON.stringify({ bench: 'probes', rows }, null, 2)}\n`)
}
for (const front of fronts) await front.stop()
await upstream.stop()
process.exit(rows.every(({ met }) => met !== false) ? 0 : 1)
