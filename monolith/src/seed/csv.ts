/**
 * Reads CSV (RFC 4180: quoted fields, doubled quotes, line breaks inside quotes) and remembers the
 * line on which each record began.
 *
 * @module
 */
export interface CsvRecord {
  readonly line: number
  readonly fields: readonly string[]
}

export function* readCsv(text: string): Generator<CsvRecord> {
  let line = 1
  let at = text.startsWith('\uFEFF') ? 1 : 0
  while (at < text.length) {
    const began = line
    const fields: string[] = []
    for (let more = true; more; ) {
      let field = ''
      if (text[at] === '"') {
        at += 1
        for (;;) {
          const quote = text.indexOf('"', at)
          const end = quote < 0 ? text.length : quote
          const part = text.slice(at, end)
          line += part.split('\n').length - 1
          field += part
          at = end + 1
          if (text[at] !== '"' || quote < 0) break
          field += '"'
          at += 1
        }
      }
      const rest = /[,\r\n]/g
      rest.lastIndex = at
      const stop = rest.exec(text)?.index ?? text.length
      field += text.slice(at, stop)
      at = stop
      fields.push(field)
      more = text[at] === ','
      if (more) at += 1
    }
    if (text[at] === '\r') at += 1
    if (text[at] === '\n') at += 1
    line += 1
    yield { line: began, fields }
  }
}
