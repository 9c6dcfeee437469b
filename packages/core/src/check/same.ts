/**
 * A column that is carried over as it is: every value must fit, in the same spelling.
 *
 * @module
 */
import { type Family, familyOf } from '../mapping/sqlText.ts'
import type { ColumnShape } from '../rows.ts'
import { fractionMisfit, type Misfit, type Pair } from './columns.ts'
import { charsetOf, digitsOf, labelsOf, rangeOf } from './ranges.ts'

export function checkSame(pair: Pair): readonly Misfit[] {
  const { source, target } = pair
  const from = familyOf(source)
  const to = familyOf(target)
  const allowed: readonly (readonly [Family, Family])[] = [
    ['integer', 'decimal'],
    ['year', 'integer'],
    ['label', 'text'],
  ]
  if (from !== to && !allowed.some(([a, b]) => a === from && b === to)) {
    return [[`${source.columnType} does not become ${target.columnType}`, lensFor(source, target)]]
  }
  switch (to) {
    case 'integer':
      return checkInteger(pair)
    case 'decimal':
      return checkDecimal(pair)
    case 'text':
      return checkText(pair)
    case 'bytes':
      return checkBytes(pair)
    case 'label':
      return checkLabels(pair)
    case 'datetime':
      return source.dataType === 'datetime' && target.dataType === 'timestamp'
        ? [['TIMESTAMP ends in 2038 and has no year 1969', 'make the target DATETIME']]
        : fractionMisfit(source, target, pair.lossy)
    case 'time':
      return fractionMisfit(source, target, pair.lossy)
    case 'bit':
    case 'float':
      return source.columnType === target.columnType
        ? []
        : [[`${source.columnType} is not ${target.columnType}`, 'give both the same type']]
    default:
      return []
  }
}

function lensFor(source: ColumnShape, target: ColumnShape): string {
  const from = familyOf(source)
  const to = familyOf(target)
  if (from === 'decimal' && to === 'integer') return 'say how: `minorUnits: 2`'
  if (to === 'label') return 'say how: `enum: { … }`'
  if (from === 'text' && to === 'integer') return 'say how: `boolean: YN` or `enum: { … }`'
  if (from === 'integer' && to === 'text') return 'say how: `enum: { … }`'
  return 'give both columns the same kind of type'
}

const tooShort = (source: ColumnShape, target: ColumnShape): Misfit => [
  `${target.columnType} is too short for ${source.columnType}`,
  `make the target column ${source.columnType.toUpperCase()}`,
]

function checkInteger({ source, target }: Pair): readonly Misfit[] {
  const has = rangeOf(source) ?? [0n, 2155n]
  const holds = rangeOf(target)
  return !holds || has[0] < holds[0] || has[1] > holds[1] ? [tooShort(source, target)] : []
}

function checkDecimal({ source, target, lossy }: Pair): readonly Misfit[] {
  const has = digitsOf(source)
  const holds = digitsOf(target)
  if (!has || !holds) return []
  if (has.whole > holds.whole || (target.unsigned && !source.unsigned)) {
    return [tooShort(source, target)]
  }
  if (has.scale === holds.scale || lossy) return []
  const remedy = 'give both the same scale, or add `lossy:` with the reason'
  return [[`the source has ${has.scale} decimal digits, the target ${holds.scale}`, remedy]]
}

function checkText({ source, target, lossy, unique }: Pair): readonly Misfit[] {
  const misfits: Misfit[] = []
  const size = Math.max(...(labelsOf(source)?.map((one) => one.length) ?? [source.maxLength ?? 0]))
  if (size > (target.maxLength ?? 0)) misfits.push(tooShort(source, target))
  if (target.dataType === 'char' && source.dataType !== 'char' && !lossy) {
    misfits.push(['CHAR drops trailing spaces', 'make the target VARCHAR'])
  }
  const from = charsetOf(source)
  const to = charsetOf(target)
  if (to !== '' && to !== 'utf8mb4' && to !== from) {
    misfits.push([`the target is ${to}, the source ${from}`, 'make the target utf8mb4'])
  }
  if (unique && source.collation !== target.collation && familyOf(source) === 'text') {
    const fact = `is part of a key: ${source.collation} and ${target.collation} disagree on what is equal`
    misfits.push([fact, `give the target column COLLATE ${source.collation}`])
  }
  return misfits
}

function checkBytes({ source, target }: Pair): readonly Misfit[] {
  if ((source.maxLength ?? 0) > (target.maxLength ?? 0)) return [tooShort(source, target)]
  return target.dataType === 'binary' && source.columnType !== target.columnType
    ? [['BINARY pads with zero bytes', 'make the target VARBINARY']]
    : []
}

function checkLabels({ source, target }: Pair): readonly Misfit[] {
  const holds = labelsOf(target) ?? []
  const outside = (labelsOf(source) ?? []).filter((label) => !holds.includes(label))
  if (outside.length === 0) return []
  const list = outside.map((label) => `\`${label}\``).join(', ')
  return [[`${list} is no label of the target`, 'say how: `enum: { … }`, or add the label there']]
}
