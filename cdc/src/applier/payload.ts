/**
 * An event's payload as JSON text. Written by hand where a value is a number: none passes through a
 * double on its way.
 *
 * Pure but for `lookUp`, which reads rows of the service in the transaction that is being written.
 *
 * @module
 */
import {
  type EmitFields,
  type EmitValue,
  MatapaloError,
  type Row,
  type SqlValue,
} from '@matapalo/core'
import { columnOf, type MappedRows } from './emitter.ts'

/** A value cannot be shown as the manifest's `emits:` wants it. */
export class NotInPayload extends MatapaloError {
  readonly code = 'MATAPALO_EMIT_VALUE'

  constructor(field: string, as: string) {
    super(`${field}: its value is no ${as}; mend \`emits:\` in the manifest, then retry`)
  }
}

export type LookUp = (
  table: string,
  by: Readonly<Record<string, SqlValue>>,
) => Promise<readonly Row[]>

const numberPattern = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/
const datePattern = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)$/

/** `1234` of two digits is `12.34`. */
function decimal(text: string, digits: number): string {
  const sign = text.startsWith('-') ? '-' : ''
  const whole = text.slice(sign.length).padStart(digits + 1, '0')
  return digits === 0 ? text : `${sign}${whole.slice(0, -digits)}.${whole.slice(-digits)}`
}

function shown(
  field: string,
  { as, digits }: Extract<EmitValue, { kind: 'column' }>,
  value: SqlValue | undefined,
): string {
  if (value === undefined || value === null) return 'null'
  if (typeof value !== 'string') return JSON.stringify(Buffer.from(value).toString('base64'))
  const text = digits === null ? value : decimal(value, digits)
  if (as === 'text') return JSON.stringify(text)
  if (as === 'number') {
    if (!numberPattern.test(text)) throw new NotInPayload(field, 'number')
    return text
  }
  if (as === 'boolean') return text === '0' ? 'false' : 'true'
  if (as === 'instant') {
    const [, day, time] = datePattern.exec(text) ?? []
    if (day === undefined) throw new NotInPayload(field, 'instant')
    return JSON.stringify(`${day}T${time}Z`)
  }
  try {
    JSON.parse(text)
  } catch {
    throw new NotInPayload(field, 'JSON')
  }
  return text
}

export async function payloadOf(
  fields: EmitFields,
  rows: MappedRows,
  lookUp: LookUp,
): Promise<string> {
  const parts: string[] = []
  for (const [field, value] of fields)
    parts.push(`${JSON.stringify(field)}:${await valueText(field, value, rows, lookUp)}`)
  return `{${parts.join(',')}}`
}

async function valueText(
  field: string,
  value: EmitValue,
  rows: MappedRows,
  lookUp: LookUp,
): Promise<string> {
  if (value.kind === 'constant') return JSON.stringify(value.value)
  if (value.kind === 'column') return shown(field, value, columnOf(rows, value))
  if (value.kind === 'object') return payloadOf(value.fields, rows, lookUp)
  const by = Object.fromEntries(
    value.by.map(([column, of]) => [column, columnOf(rows, of) ?? null] as const),
  )
  const found = await lookUp(value.table, by)
  const items: string[] = []
  const one = value.kind === 'values' && value.one
  for (const row of one ? found.slice(0, 1) : found) {
    const only = new Map([[value.table, row]])
    items.push(
      value.kind === 'rows'
        ? await payloadOf(value.fields, only, lookUp)
        : await valueText(field, value.each, only, lookUp),
    )
  }
  return one ? (items[0] ?? 'null') : `[${items.join(',')}]`
}
