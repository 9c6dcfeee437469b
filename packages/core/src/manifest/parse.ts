/**
 * A manifest's text to a {@link Manifest}, or to everything that is wrong with it.
 *
 * @module
 */
import { problemAt, readDocument } from './document.ts'
import { drainsOf } from './drain.ts'
import { emitOf } from './emits.ts'
import type {
  Budgets,
  ColumnMapping,
  Job,
  LeftColumn,
  LensSpec,
  Manifest,
  Problem,
} from './model.ts'
import { parityOf } from './parity.ts'
import { expandRoute } from './routes.ts'
import {
  type LensDocument,
  lensKeys,
  type ManifestDocument,
  manifestSchema,
  type TableDocument,
} from './schema.ts'
import { checkShape } from './shape.ts'
import { durationMs, type Scalar, textOf } from './words.ts'

export type ParsedManifest =
  | { readonly manifest: Manifest }
  | { readonly problems: readonly Problem[] }

const text = (value: string | number | boolean): string => textOf(value) ?? ''

function lensOf(written: LensDocument): LensSpec {
  if (written.enum) {
    const pairs = Object.entries(written.enum)
    return { kind: 'enum', map: pairs.map(([from, to]) => [from, text(to)] as const) }
  }
  if (written.boolean === 'tinyint') return { kind: 'boolean', true: '1', false: '0' }
  if (written.boolean === 'YN') return { kind: 'boolean', true: 'Y', false: 'N' }
  if (written.boolean) {
    const { true: yes, false: no } = written.boolean
    return { kind: 'boolean', true: text(yes), false: text(no) }
  }
  if (written.minorUnits !== undefined) return { kind: 'minorUnits', digits: written.minorUnits }
  if (written.instant !== undefined) return { kind: 'instant', zone: written.instant }
  if (written.json) return { kind: 'json' }
  if (written.constant !== undefined) return { kind: 'constant', value: textOf(written.constant) }
  return { kind: 'same' }
}

function columnOf(to: string, written: string | LensDocument): ColumnMapping {
  if (typeof written === 'string') return { to, from: written, lens: { kind: 'same' } }
  return {
    to,
    from: written.from ?? null,
    lens: lensOf(written),
    ...(written.whenNull === undefined ? {} : { whenNull: text(written.whenNull) }),
    ...(written.lossy === undefined ? {} : { lossy: written.lossy }),
  }
}

function leftOf(column: string, written: string | { why: string; reverseDefault?: Scalar }) {
  if (typeof written === 'string') return { column, why: written }
  const { why, reverseDefault } = written
  return reverseDefault === undefined
    ? { column, why }
    : { column, why, reverseDefault: textOf(reverseDefault) }
}

const tableOf = (source: string, written: TableDocument) => ({
  source,
  targets: Object.entries(written.to).map(([table, columns]) => ({
    table,
    columns: Object.entries(columns).map(([to, column]) => columnOf(to, column)),
  })),
  leave: Object.entries(written.leave ?? {}).map(
    ([column, left]): LeftColumn =>
      leftOf(column, left as string | { why: string; reverseDefault?: Scalar }),
  ),
})

const jobsOf = (written: NonNullable<ManifestDocument['jobs']>): Readonly<Record<string, Job>> =>
  Object.fromEntries(
    Object.entries(written).map(([name, job]) => [
      name,
      typeof job === 'string'
        ? { why: job, account: null, tables: null }
        : { why: job.why, account: job.account ?? null, tables: job.tables ?? null },
    ]),
  )

/** Units: milliseconds. The defaults are design decisions; see the README. */
function budgetsOf(written: ManifestDocument['budgets']): Budgets {
  const ms = (value: string | undefined, fallback: number) =>
    value === undefined ? fallback : durationMs(value)
  return {
    lagMs: ms(written?.lag, 2000),
    holdMs: ms(written?.hold, 10_000),
    drainMs: ms(written?.drain, 1000),
    fenceMs: ms(written?.fence, 500),
    catchUpMs: ms(written?.catchUp, 1500),
    verifyMs: ms(written?.verify, 1500),
    reverseWindowMs: ms(written?.reverseWindow, 72 * 3_600_000),
  }
}

/** How many lenses a column names: one at most. */
export const lensesNamed = (written: LensDocument): readonly string[] => [
  ...lensKeys.filter((key) => written[key] !== undefined),
  ...(written.constant !== undefined ? ['constant'] : []),
]

/** Problems come all at once, in the order of the file. */
export function parseManifest(yamlText: string, file: string): ParsedManifest {
  const read = readDocument(yamlText, file, manifestSchema)
  if ('problems' in read) return read
  const written = read.value
  const { positions } = read

  const tables = Object.entries(written.tables ?? {}).map(([source, table]) =>
    tableOf(source, table),
  )
  const manifest: Manifest = {
    domain: written.domain,
    service: written.upstream,
    schemas: written.schemas ?? { source: '', target: '' },
    accounts: {
      source: written.accounts?.source ?? null,
      target: written.accounts?.target ?? null,
    },
    routes: written.routes.flatMap((route, index) => expandRoute(written.domain, route, index)),
    tables,
    foreignKeys: written.foreignKeys ?? [],
    triggers: written.triggers ?? {},
    ids: written.ids ?? 'auto_increment',
    drains: drainsOf(written.drain),
    serviceOnly: written.serviceOnly ?? [],
    emits: (written.emits ?? []).map((one) => emitOf(one, tables)),
    parity: parityOf(written.parity),
    budgets: budgetsOf(written.budgets),
    settleMs: written.settle === undefined ? 0 : durationMs(written.settle),
    jobs: jobsOf(written.jobs ?? {}),
    file,
    positions,
  }

  const problems = checkShape(written, manifest).map(({ path, message, remedy }) =>
    problemAt({ file, positions }, path, message, remedy),
  )
  if (problems.length === 0) return { manifest }
  return { problems: problems.sort((a, b) => a.line - b.line || a.column - b.column) }
}
