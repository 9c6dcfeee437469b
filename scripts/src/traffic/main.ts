/**
 * Traffic in a process of its own, so that neither the stack nor the checks slow it down. Started by
 * the demo and the benches; talks to its parent over IPC.
 *
 * In: `{type:'prepare'}`, `{type:'start'}`, `{type:'progress'}`, `{type:'rush', customers}`,
 * `{type:'hurry', withinMs}`, `{type:'stop'}`. Out: `{type:'ready'}`, `{type:'started'}`,
 * `{type:'progress', summary, lasting}`, `{type:'rushed', placed}`, `{type:'hurried'}`, `{type:'stopped', …}`.
 *
 * @module
 */
import type { LastState, Write } from './ledger.ts'
import { Load, type LoadOptions } from './load.ts'
import type { TallySummary } from './tally.ts'

export type TrafficOrder =
  | { readonly type: 'prepare' | 'start' | 'progress' | 'stop' }
  | { readonly type: 'rush'; readonly customers: number }
  | { readonly type: 'hurry'; readonly withinMs: number }

export type TrafficNews =
  | { readonly type: 'ready' | 'started' | 'hurried' }
  | { readonly type: 'rushed'; readonly placed: number }
  | {
      readonly type: 'progress'
      readonly summary: TallySummary
      readonly lasting: ReturnType<Load['lasting']>
    }
  | {
      readonly type: 'stopped'
      readonly summary: TallySummary
      readonly lasting: ReturnType<Load['lasting']>
      readonly lastStates: readonly LastState[]
      readonly writes: readonly Write[]
      readonly ownPrices: readonly (readonly [number, string])[]
    }
  | { readonly type: 'broken'; readonly message: string }

/** Resolves when the parent's end of the channel has it. */
const tell = (news: TrafficNews): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined) resolve()
    else process.send(news, undefined, {}, () => resolve())
  })

// The parent passes the options as the one argument; they hold no secret.
const load = new Load(JSON.parse(process.argv[2] ?? '{}') as LoadOptions)

const obey = async (order: TrafficOrder): Promise<void> => {
  switch (order.type) {
    case 'prepare':
      await load.prepare()
      await tell({ type: 'ready' })
      break
    case 'start':
      load.start()
      await tell({ type: 'started' })
      break
    case 'progress':
      await tell({ type: 'progress', summary: load.tally.summary(), lasting: load.lasting() })
      break
    case 'rush':
      await tell({ type: 'rushed', placed: await load.rush(order.customers) })
      break
    case 'hurry':
      load.hurry(order.withinMs)
      await tell({ type: 'hurried' })
      break
    case 'stop':
      await load.stop()
      await tell({
        type: 'stopped',
        summary: load.tally.summary(),
        lasting: load.lasting(),
        lastStates: load.lastStates(),
        writes: load.ledger.writes,
        ownPrices: [...load.ownPrices()],
      })
      process.disconnect?.()
      break
  }
}

process.on('message', (order: TrafficOrder) => {
  obey(order).catch((error: unknown) => {
    void tell({ type: 'broken', message: error instanceof Error ? error.message : String(error) })
  })
})
// Without a parent nobody would stop it.
process.on('disconnect', () => process.exit(0))
