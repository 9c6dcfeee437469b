/**
 * JSON whose objects name no member twice. Parsers differ in which of two they believe (RFC 8259 4),
 * so such a text has two readings.
 *
 * Pure.
 *
 * @module
 */

/** A string with what follows it when that is a colon, or a bracket that opens or closes. */
const telling = /("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/gs

/** @param json text that `JSON.parse` accepts */
export function namesMemberTwice(json: string): boolean {
  const open: Set<string>[] = []
  for (const [mark, text, colon] of json.matchAll(telling)) {
    if (mark === '{' || mark === '[') open.push(new Set())
    else if (mark === '}' || mark === ']') open.pop()
    else if (colon !== undefined && text !== undefined) {
      // Escapes are undone first: two spellings of one name are one name.
      const name = JSON.parse(text) as string
      const names = open.at(-1)
      if (names?.has(name)) return true
      names?.add(name)
    }
  }
  return false
}
