/**
 * One column's rule against its two columns: that every value of the source has a place at the
 * target, and the way back is the way there.
 *
 * @module
 */

import type { ColumnMapping, LensSpec } from '../manifest/model.ts'
import { familyOf } from '../mapping/sqlText.ts'
import type { ColumnShape, TableShape } from '../rows.ts'
import { type Finding, finding } from './finding.ts'
import { nearest } from './nearest.ts'
import { digitsOf, labelsOf, rangeOf } from './ranges.ts'
import { checkSame } from './same.ts'

/** Fact and remedy; path and subject are the caller's. */
export type Misfit = readonly [fact: string, remedy: string]

export interface Pair {
  readonly source: ColumnShape
  readonly target: ColumnShape
  readonly lossy: boolean
  /** Part of a primary or unique key of the target. */
  readonly unique: boolean
  readonly values: readonly string[] | undefined
}

export function checkColumn(
  path: string,
  column: ColumnMapping,
  sourceShape: TableShape,
  targetShape: TableShape,
  values: readonly string[] | undefined,
): readonly Finding[] {
  const findings: Finding[] = []
  const target = targetShape.columns.find(({ name }) => name === column.to)
  const source = sourceShape.columns.find(({ name }) => name === column.from)
  if (!target) findings.push(absent(path, targetShape, column.to))
  if (!source && column.from !== null) findings.push(absent(path, sourceShape, column.from))
  if (!target) return findings

  const subject = `${sourceShape.table}.${column.from} → ${targetShape.table}.${column.to}`
  const add = ([fact, remedy]: Misfit) =>
    findings.push(finding(path, `${subject}: ${fact}`, remedy))
  if (target.generated) {
    add(['the target column is generated and cannot be written', 'leave it out: it makes itself'])
  }
  if (column.lens.kind === 'constant') {
    if (column.lens.value === null && !target.nullable) {
      add(['the constant is NULL, the column NOT NULL', 'write a value'])
    }
    return findings
  }
  if (!source) return findings
  if (source.generated) {
    add(['the source column is generated, so nothing can come back', 'say so under `leave:`'])
  }
  if (source.nullable && !target.nullable && column.whenNull === undefined) {
    const remedy = 'write `whenNull: <value>`, or let the target column be NULL'
    add(['the source may be NULL, the target may not', remedy])
  }
  const unique = [targetShape.primaryKey, ...targetShape.uniqueKeys].some((key) =>
    key.includes(column.to),
  )
  const pair = { source, target, lossy: column.lossy !== undefined, unique, values }
  for (const misfit of checkLens(column.lens, pair)) add(misfit)
  return findings
}

const absent = (path: string, shape: TableShape, name: string): Finding => {
  const like = nearest(
    name,
    shape.columns.map((column) => column.name),
  )
  const remedy = like
    ? `did you mean \`${like}\`?`
    : 'mend the name, or add the column by a migration'
  return finding(path, `${shape.table}.${name}: does not exist`, remedy)
}

function checkLens(lens: LensSpec, pair: Pair): readonly Misfit[] {
  for (const side of [pair.source, pair.target]) {
    if (familyOf(side) === 'other') {
      const remedy = 'change the column to BINARY or text, or leave it behind with a reason'
      return [[`${side.dataType.toUpperCase()} columns do not survive the change feed`, remedy]]
    }
  }
  switch (lens.kind) {
    case 'enum':
      return checkValues(lens.map, pair)
    case 'boolean':
      return checkValues(
        [
          [lens.true, '1'],
          [lens.false, '0'],
        ],
        pair,
      )
    case 'minorUnits':
      return checkMinorUnits(lens.digits, pair)
    case 'instant':
      return checkInstant(pair)
    case 'json':
      return checkJson(pair)
    default:
      return checkSame(pair)
  }
}

function checkValues(
  map: readonly (readonly [string, string])[],
  { source, target, values }: Pair,
): readonly Misfit[] {
  const misfits: Misfit[] = []
  const known = new Set(map.map(([from]) => from))
  const outside = [...(labelsOf(source) ?? []), ...(values ?? [])].filter((one) => !known.has(one))
  if (outside.length > 0) {
    const list = [...new Set(outside)].map((one) => JSON.stringify(one)).join(', ')
    misfits.push([`the source has ${list}, outside the map`, 'add it to the map'])
  }
  for (const [side, column] of [
    [0, source],
    [1, target],
  ] as const) {
    for (const pair of map) {
      const fact = unfit(pair[side], column)
      if (fact) misfits.push([`\`${pair[side]}\` ${fact}`, 'mend the map, or the column'])
    }
  }
  return misfits
}

/** Why a column cannot hold this value of a map, or null. */
function unfit(value: string, column: ColumnShape): string | null {
  const labels = labelsOf(column)
  if (labels) return labels.includes(value) ? null : `is no label of ${column.columnType}`
  const range = rangeOf(column)
  if (range) {
    if (!/^(?:0|-?[1-9]\d*)$/.test(value)) return `is no integer, ${column.name} holds one`
    const number = BigInt(value)
    return number < range[0] || number > range[1] ? `does not fit ${column.columnType}` : null
  }
  if (familyOf(column) !== 'text') return `cannot stand in ${column.columnType}`
  const size = [...value].length
  return column.maxLength !== null && size > column.maxLength
    ? `has ${size} characters, ${column.columnType} is too short`
    : null
}

function checkMinorUnits(digits: number, { source, target, lossy }: Pair): readonly Misfit[] {
  const range = rangeOf(target)
  const has = digitsOf(source)
  if (!has) return [[`the source is ${source.columnType}, not DECIMAL`, 'remove `minorUnits:`']]
  if (!range) return [[`the target is ${target.columnType}, not an integer`, 'make it BIGINT']]
  const misfits: Misfit[] = []
  if (has.scale !== digits && !lossy) {
    const remedy = `write \`minorUnits: ${has.scale}\`, or add \`lossy:\` with the reason`
    misfits.push([`the source has ${has.scale} decimal digits, the unit ${digits}`, remedy])
  }
  const most = 10n ** BigInt(has.whole + digits) - 1n
  if (most > range[1] || (!source.unsigned && -most < range[0])) {
    const fact = `${source.columnType} reaches ${most}, more than ${target.columnType} holds`
    misfits.push([fact, target.unsigned ? 'make it a signed BIGINT' : 'make it BIGINT'])
  }
  return misfits
}

function checkInstant({ source, target, lossy }: Pair): readonly Misfit[] {
  for (const column of [source, target]) {
    if (column.dataType !== 'datetime') {
      const remedy =
        column.dataType === 'timestamp'
          ? 'a TIMESTAMP is UTC already: map it without `instant:`'
          : 'make it DATETIME'
      return [[`${column.name} is ${column.columnType}, not DATETIME`, remedy]]
    }
  }
  return fractionMisfit(source, target, lossy)
}

export function fractionMisfit(
  source: ColumnShape,
  target: ColumnShape,
  lossy: boolean,
): readonly Misfit[] {
  const from = source.datetimePrecision ?? 0
  const to = target.datetimePrecision ?? 0
  if (from === to || lossy) return []
  const remedy = 'give both the same precision, or add `lossy:` with the reason'
  return [[`the source keeps ${from} fractional digits of a second, the target ${to}`, remedy]]
}

function checkJson({ source, target }: Pair): readonly Misfit[] {
  for (const column of [source, target]) {
    if (familyOf(column) !== 'text') {
      return [[`${column.name} is ${column.columnType}, not text`, 'remove `json:`']]
    }
  }
  return (source.maxLength ?? 0) > (target.maxLength ?? 0)
    ? [[`${target.columnType} is shorter than ${source.columnType}`, 'make it JSON or LONGTEXT']]
    : []
}
