/**
 * `npm run bench -- parity [--quick]`: seeded differences are all found, none is found where there is
 * none, and comparing costs clients nothing.
 *
 * @module
 */
import { sleep, until } from '@matapalo/runtime'
import { Arena } from '../arena/arena.ts'
import { atLeast, atMost, type BenchRow, figure } from './bench.ts'
import { cost } from './parity/cost.ts'
import { type Fault, faults, type RouteName } from './parity/faults.ts'
import { openProxy } from './parity/mutatingProxy.ts'
import { canaryReads, longestLine, readOwnWrites } from './parity/ownReads.ts'
import { ChangingBooks, read } from './parity/reads.ts'

const catalog = '/v1/domains/catalog'

export interface RouteFound {
  readonly route: string
  readonly equal: number
  readonly racing: number
  readonly mismatch: number
  readonly inconclusive: number
  readonly dropped: number
  readonly fields: readonly string[]
}

interface ParityReport {
  readonly verdict: string
  readonly why: string
  readonly routes: readonly RouteFound[]
  readonly samples: readonly {
    readonly route: string
    readonly path: string
    readonly kind: string
    readonly outcome: string
    readonly control: string
    readonly candidate: string
  }[]
}

const paths: Readonly<Record<RouteName, string>> = {
  books: '/api/books',
  book: '/api/books/:id',
  stock: '/api/books/:id/stock',
  prices: '/api/books/:id/prices',
  categories: '/api/categories',
  shelf: '/api/categories/:slug/books',
}

const isFound = ({ route, field }: Fault, routes: readonly RouteFound[]): boolean =>
  routes.some((one) => one.route.endsWith(` ${paths[route]}`) && one.fields.includes(field))

const totalOf = (routes: readonly RouteFound[], ...of: readonly (keyof RouteFound)[]): number =>
  routes.reduce((sum, one) => sum + of.reduce((n, key) => n + Number(one[key]), 0), 0)

const tallyLine = (what: string, routes: readonly RouteFound[]): string =>
  (['equal', 'racing', 'mismatch', 'inconclusive', 'dropped'] as const)
    .map((of) => `${totalOf(routes, of)} ${of}`)
    .join(', ')
    .replace(/^/, `${what}: `)

export interface ParityOptions {
  /** A tenth of the requests, no canary and no costs: for a test. */
  readonly quick: boolean
}

export async function benchParity(
  say: (line: string) => void,
  { quick }: ParityOptions,
): Promise<readonly BenchRow[]> {
  const proxy = await openProxy()
  const books = 2_000
  let arena: Arena | undefined
  try {
    arena = await Arena.open({
      instance: `bench-${process.pid}`,
      ...{ books, users: 300, orders: 200 },
      env: {
        'control-plane': { CATALOG_URL: proxy.url },
        monolith: { SHOP_JOB_INTERVAL_MS: '600000' },
      },
    })
    proxy.target = arena.stack.urls.catalog ?? ''
    await arena.setOut()
    const { control, edges: names, stack } = arena
    const edges = names.map((name) => stack.urls[name] ?? '')
    const report = () => control.call<ParityReport>('GET', `${catalog}/parity`)
    /** Everything that was asked has been compared, or dropped, and told. */
    const settled = async (wanted: number): Promise<ParityReport> => {
      const all = ['equal', 'racing', 'mismatch', 'inconclusive', 'dropped'] as const
      await until(async () => totalOf((await report()).routes, ...all) >= wanted, {
        ...{ timeoutMs: 60_000, everyMs: 500 },
      })
      return report()
    }
    const shadow = async (rate: number | null): Promise<void> => {
      await control.call('POST', `${catalog}/shadow`, { rate, actor: 'bench' })
      // Edges take the epoch in some milliseconds.
      await sleep(500)
    }
    const admins = names.map((name) => stack.urls[`${name}.admin`] ?? '')
    /** So that a busy machine takes longer, and does not drop what is to be compared. */
    const room = async (): Promise<void> => {
      const short = async () => (await longestLine(admins)) < 50
      await until(short, { timeoutMs: 60_000, everyMs: 200 })
    }
    const base = { edges, books, atOnce: 4, room }

    /** Everybody's reads are the candidate's, and it is asked for what was just written. */
    const canaryOfAll = async (): Promise<readonly BenchRow[]> => {
      const asked = { share: 1, without: ['parity'], actor: 'bench', reason: 'bench' }
      await control.call('POST', `${catalog}/canary`, asked)
      await sleep(500)
      const { reads, stale, failed } = await readOwnWrites(edges, quick ? 200 : 1_000)
      const { served = 0, ...others } = await canaryReads(admins)
      say(`reads of the canary: ${served} served, others ${JSON.stringify(others)}`)
      await shadow(null)
      return [
        figure('own writes read back in a canary of everybody', reads, ''),
        atMost('stale of them', stale, '', 0),
        atMost('failed of them', failed, '', 0),
        atLeast('of them served by the candidate', (100 * served) / reads, '%', 50),
      ]
    }

    await shadow(1)
    proxy.faults = faults
    const seeded = await read({ ...base, run: 'seeded', total: 2_000, perSecond: 60 })
    const found = await settled(seeded.asked)
    proxy.faults = []
    say(tallyLine('with differences', found.routes))
    const missed = faults.filter((fault) => !isFound(fault, found.routes))
    for (const { route, field } of missed) {
      const fault = faults.find((one) => one.route === route && one.field === field)
      say(`not found: ${route} ${field}, put in ${(fault && proxy.struck.get(fault)) ?? 0} times`)
    }
    const odd = found.routes.flatMap(({ route, fields }) =>
      fields
        .filter(
          (field) => !faults.some((f) => f.field === field && route.endsWith(` ${paths[f.route]}`)),
        )
        .map((field) => `${route} ${field}`),
    )
    for (const one of odd) say(`found, and not put in: ${one}`)

    const total = quick ? 2_000 : 20_000
    const writer = new ChangingBooks(arena.shop, books, 40)
    writer.start()
    await shadow(1)
    const clean = await read({ ...base, run: 'clean', total, perSecond: 120, writer })
    await writer.stop()
    const after = await settled(clean.asked)
    say(tallyLine('without', after.routes))
    for (const one of after.samples) {
      say(`${one.outcome} ${one.route} ${one.path} ${one.kind}: ${one.control} / ${one.candidate}`)
    }
    const { routes } = after
    const compared = totalOf(routes, 'equal', 'racing', 'mismatch')
    const rows: BenchRow[] = [
      atLeast(
        'seeded differences found',
        faults.length - missed.length,
        `of ${faults.length}`,
        faults.length,
      ),
      figure(
        'of them, of status or header',
        faults.filter(({ field }) => !field.startsWith('$')).length,
        '',
      ),
      figure('requests asked with differences', seeded.asked, ''),
      atMost('fields found that were not put in', odd.length, '', 0),
      figure('requests asked without', clean.asked, ''),
      atLeast('of them, of a row changed within a second', clean.ofChanged, '', total / 10),
      atMost('false differences', totalOf(routes, 'mismatch'), '', 0),
      atLeast('compared', (100 * compared) / clean.asked, '%', 90),
      figure('racing', totalOf(routes, 'racing'), ''),
      figure('inconclusive', totalOf(routes, 'inconclusive'), ''),
      figure('dropped', totalOf(routes, 'dropped'), ''),
      atMost('failed requests', seeded.failed + clean.failed, '', 0),
    ]
    if (quick) return rows
    const own = await canaryOfAll()
    return [
      ...rows,
      ...own,
      ...(await cost({ port: stack.ports['edge-1'].main as number, shadow, proxy, say })),
    ]
  } finally {
    await arena?.close()
    await proxy.close()
  }
}
