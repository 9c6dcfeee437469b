/**
 * `npm run bench -- NAME [--json FILE]`. Never part of the tests: figures on a shared machine are read
 * by people. Exit codes: 0 every bar met, 1 not, 64 usage.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { benchBackfill } from './backfill.ts'
import { type BenchRow, machine, renderBench } from './bench.ts'
import { benchConvict } from './convict.ts'
import { benchEdge } from './edge/edge.ts'
import { benchFlips } from './flips.ts'
import { benchKills } from './kills.ts'
import { benchParity } from './parity.ts'
import { benchProbes } from './probes.ts'

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'string' },
    process: { type: 'string' },
    step: { type: 'string' },
    rate: { type: 'string', default: '300' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    pairs: { type: 'string' },
    seconds: { type: 'string' },
    flips: { type: 'string' },
  },
  allowPositionals: true,
})

const benches: Readonly<
  Record<string, (say: (line: string) => void) => Promise<readonly BenchRow[]>>
> = {
  flips: (say) => benchFlips(say, Number(values.rate)),
  backfill: benchBackfill,
  convict: benchConvict,
  edge: (say) => benchEdge(say, values),
  kills: (say) => benchKills(say, values),
  parity: (say) => benchParity(say, values),
  probes: benchProbes,
}

const [name = ''] = positionals
const bench = benches[name]
if (bench === undefined) {
  process.stderr.write(`usage: npm run bench -- ${Object.keys(benches).join('|')} [--json FILE]\n`)
  process.exit(64)
}
const rows = await bench((line) => process.stderr.write(`${line}\n`))
const report = { bench: name, machine: machine(), rows }
process.stdout.write(renderBench(report))
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
process.exit(rows.every(({ met }) => met !== false) ? 0 : 1)
