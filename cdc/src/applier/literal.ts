/**
 * A canonical SQL value as a literal of its column's type. Written into the statement's text (no
 * placeholders): numbers bare, so that a key lookup uses the index; bytes as hexadecimal.
 *
 * @module
 */
import { type ColumnShape, MatapaloError, type SqlValue } from '@matapalo/core'

/** The value cannot be of the column's type. */
export class NotALiteral extends MatapaloError {
  readonly code = 'MATAPALO_NOT_A_LITERAL'

  constructor(column: string, dataType: string) {
    super(`${column}: the mapped value is no ${dataType}; mend the manifest or the row, then retry`)
  }
}

const numeric = new Set(['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'decimal', 'year'])
const number = /^-?\d+(?:\.\d+)?$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly what the server's lexer treats specially
const special = /[\u0000\b\t\n\r\u001a"'\\]/g
const escapes: Readonly<Record<string, string>> = {
  '\u0000': '\\0',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\u001a': '\\Z',
  '"': '\\"',
  "'": "\\'",
  '\\': '\\\\',
}

/** For sessions without NO_BACKSLASH_ESCAPES and with a UTF-8 connection, which ours are. */
export const quoted = (text: string): string =>
  `'${text.replace(special, (character) => escapes[character] ?? character)}'`

export function literal(value: SqlValue | undefined, column: ColumnShape): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value !== 'string') {
    const hex = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')
    return hex === '' ? "''" : `x'${hex}'`
  }
  if (!numeric.has(column.dataType)) return quoted(value)
  if (!number.test(value)) throw new NotALiteral(column.name, column.dataType)
  return value
}
