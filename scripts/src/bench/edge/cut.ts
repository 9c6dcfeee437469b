/**
 * One edge of three is cut off from everybody but its clients and upstreams, at each step of a transfer.
 *
 * What it must do stands in design section 7: before it has acknowledged the hold, the transfer unwinds;
 * after, it holds the domain's reads too within a second, and nobody waits for it past the commit point.
 *
 * @module
 */
import { type StepName, stepNames } from '@matapalo/core'
import { sleep } from '@matapalo/runtime'
import { Arena } from '../../arena/arena.ts'
import { goOn, haltEnvironment, whenHalted } from '../../arena/halt.ts'
import { outcomeOf, settle } from '../../arena/strike.ts'
import { Traffic } from '../../traffic/trafficProcess.ts'
import { atLeast, atMost, type BenchRow, figure } from '../bench.ts'
import { startThirdEdge, type ThirdEdge } from './thirdEdge.ts'
import { startWire, type Wire } from './wire.ts'

/** Longer than an edge believes its table without a word, and than a transfer takes. */
const cutMs = 4_000
/** Well below what a request may be held for. */
const lookMs = 500

const wired = {
  CONTROL_URL: 'control-plane',
  LEDGER_URL: 'services-db.ledger_reader',
  MONOLITH_DB_URL: 'monolith-db.matapalo_edge',
  SERVICES_DB_URL: 'services-db.matapalo_edge',
  REDIS_URL: 'redis',
} as const

/** Whether a read of the domain is answered within a moment. */
const answers = ({ url }: ThirdEdge): Promise<boolean> =>
  fetch(`${url}/api/books/1`, { signal: AbortSignal.timeout(lookMs) }).then(
    async (answer) => {
      await answer.arrayBuffer()
      return answer.ok
    },
    () => false,
  )

interface Cut {
  readonly outcome: string
  /** A read at the cut-off edge, a moment before it is mended. */
  readonly answered: boolean
}

async function cutAt(
  arena: Arena,
  edge: ThirdEdge,
  wires: readonly Wire[],
  step: StepName,
): Promise<Cut> {
  const { stack } = arena
  const kind = (await arena.owner()) === 'monolith' ? 'cutover' : 'rollback'
  await stack.restart('control-plane', haltEnvironment(step))
  await settle(arena)
  const halted = whenHalted(stack, { timeoutMs: 60_000 })
  const transfer = arena.transfer(kind, `bench: an edge cut off at ${step}`)
  transfer.catch(() => undefined)
  if (!(await Promise.race([halted, transfer.then(() => false)]))) {
    throw new Error(`the transfer ended before ${step}`)
  }
  for (const wire of wires) wire.cut()
  goOn(stack)
  const [view] = await Promise.all([transfer, sleep(cutMs)])
  const answered = await answers(edge)
  for (const wire of wires) wire.mend()
  const agreed = await settle(arena)
  return { outcome: outcomeOf(view, agreed), answered }
}

/** The same failure of many requests is one line. */
function counted(failures: readonly { readonly what: string }[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>()
  for (const { what } of failures) {
    const kind = what.replace(/\d+/g, '#')
    times.set(kind, (times.get(kind) ?? 0) + 1)
  }
  return times
}

/** @param only one step; undefined: all of them */
export async function cutOff(
  say: (line: string) => void,
  only?: string,
): Promise<readonly BenchRow[]> {
  const arena = await Arena.open({
    instance: `bench-cut-${process.pid}`,
    ...{ books: 2_000, users: 1_200, orders: 500 },
    env: { cdc: { CDC_HEARTBEAT_MS: '200' } },
  })
  const kept: { stop(): Promise<void> }[] = []
  let traffic: Traffic | undefined
  try {
    await arena.setOut()
    const over: Record<string, string> = {}
    const wires: Wire[] = []
    for (const [variable, name] of Object.entries(wired)) {
      const wire = await startWire(arena.stack.urls[name] ?? '')
      wires.push(wire)
      over[variable] = wire.url
    }
    kept.push(...wires)
    const third = await startThirdEdge(arena.stack, over)
    kept.push(third)
    const load = arena.loadOptions({ customers: 40, clerks: 8, rate: 80 })
    traffic = new Traffic({ ...load, edges: [...load.edges, third.url] })
    await traffic.prepare()
    await arena.rememberStock()
    await traffic.start()
    await sleep(3_000)
    const cuts = new Map<StepName, Cut>()
    let failed = 0
    for (const step of stepNames) {
      if (only !== undefined && only !== step) continue
      const cut = await cutAt(arena, third, wires, step)
      cuts.set(step, cut)
      const { failedRequests, staleReads } = await traffic.progress()
      const reads = cut.answered ? 'answers' : 'holds'
      say(
        `cut off at ${step}: ${cut.outcome}, the edge ${reads} reads, ` +
          `${failedRequests - failed} requests failed, ${staleReads} stale in all`,
      )
      failed = failedRequests
    }
    const result = await traffic.stop()
    const { summary } = result
    const verdict = await arena.verdict({
      writes: result.writes,
      ownPrices: new Map(result.ownPrices),
    })
    for (const [what, times] of counted(summary.failures)) say(`${times} × ${what}`)
    for (const { at, what } of summary.stale) say(`${at} ms: ${what}`)
    for (const example of verdict.examples) say(example)
    const all = [...cuts]
    const alone = all.filter(([, { outcome }]) => outcome === 'completed' || outcome === 'unwound')
    // Acknowledged, and cut off before it heard who owns the domain now.
    const blind = all.filter(([step]) =>
      ['fenceSource', 'catchUp', 'verifyLast', 'advanceIds', 'switchOwner', 'announce'].includes(
        step,
      ),
    )
    const completed = blind.filter(([, { outcome }]) => outcome === 'completed')
    return [
      atLeast('transfers with an edge cut off, without a person', alone.length, '', all.length),
      atMost(
        'reads it answered without knowing the owner',
        completed.filter(([, { answered }]) => answered).length,
        '',
        0,
      ),
      figure('requests', summary.requests, ''),
      figure('failed requests', summary.failedRequests, ''),
      figure('unanswered writes', verdict.unknownWrites, ''),
      atMost('lost writes, an edge cut off', verdict.lostWrites, '', 0),
      atMost('doubled writes, an edge cut off', verdict.doubledWrites, '', 0),
      atMost('stale own reads, an edge cut off', summary.staleReads, '', 0),
    ]
  } finally {
    traffic?.kill()
    for (const one of kept.reverse()) await one.stop()
    await arena.close()
  }
}
