/**
 * Pages are written as tagged templates: every value is escaped unless it is `Html` already, and
 * `Html` comes only from a template. There is no way to print text unescaped.
 *
 * A value stands in text or between double quotes. Where that is not so, or where a link would leave
 * the shop, the template throws: that is a mistake of whoever wrote it, found by its first test.
 *
 * @module
 */

export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Value = string | number | Html | readonly Value[] | null | undefined | false

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

/** Characters that HTML does not allow, written even as entities, become U+FFFD. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const disallowed = /[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/g

const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(disallowed, '\ufffd')
    .replace(/[&<>"'`]/g, (character) => entities[character] ?? '')

function shown(value: Value): string {
  if (value === null || value === undefined || value === false) return ''
  if (value instanceof Html) return value.text
  if (Array.isArray(value)) return value.map((one: Value) => shown(one)).join('')
  return escaped(String(value))
}

/** A path of this shop: it starts with one slash and names no other host. */
export const isOwnPath = (value: unknown): value is string =>
  typeof value === 'string' && /^\/(?![/\\])[^\\\s]*$/.test(value)

/** Text as one segment of a path, or one value of a query. */
export const pathPart = (text: string): string => encodeURIComponent(text.toWellFormed())

function checkPlace(before: string, value: Value): void {
  if (/=\s*$/.test(before) && /<[^>]*$/.test(before)) {
    throw new TypeError('a value of an attribute stands between double quotes')
  }
  if (/\b(?:href|action|src)="$/.test(before) && !isOwnPath(value)) {
    throw new TypeError('a link leads to a path of this shop')
  }
}

export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  let text = strings[0] ?? ''
  for (const [at, value] of values.entries()) {
    checkPlace(strings[at] ?? '', value)
    text += shown(value) + (strings[at + 1] ?? '')
  }
  return new Html(text)
}
