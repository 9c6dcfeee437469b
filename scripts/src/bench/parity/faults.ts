/**
 * Differences to be found, as data: a route, a field, a change, and the share of requests it strikes.
 *
 * Which requests those are depends on their ids alone, so that a request which is looked at again is
 * wrong again, as a bug is, and every run strikes the same.
 *
 * @module
 */

export type RouteName = 'books' | 'book' | 'stock' | 'prices' | 'categories' | 'shelf'

export type Change =
  /** `undefined` takes the member away. */
  | { readonly set: unknown }
  /** Text is spelt otherwise, a number is one more, a truth value is turned. */
  | 'other'
  | 'dropLast'
  | { readonly status: number }
  | { readonly header: string | null }

export interface Fault {
  readonly route: RouteName
  /** As parity names it: `$.items[*].price`, `status`, `header.location`. */
  readonly field: string
  readonly change: Change
  /** 0 to 1 */
  readonly share: number
}

const share = 0.025

const other = (route: RouteName, ...fields: readonly string[]): readonly Fault[] =>
  fields.map((field) => ({ route, field, change: 'other', share }))
const one = (route: RouteName, field: string, change: Change): Fault => ({
  ...{ route, field, change, share },
})

export const faults: readonly Fault[] = [
  ...other(
    'book',
    ...['$.isbn', '$.title', '$.author', '$.price', '$.status', '$.stock', '$.low_stock'],
    ...['$.featured', '$.weight_g', '$.created', '$.updated'],
  ),
  one('book', '$.description', { set: undefined }),
  one('book', '$.category_id', { set: null }),
  one('book', '$.published', { set: 0 }),
  one('book', '$.attributes', { set: [] }),
  one('book', '$.extra', { set: 'new' }),
  one('book', 'status', { status: 404 }),
  one('book', 'header.content-type', { header: 'application/problem+json' }),

  ...other('books', '$.items[*].title', '$.items[*].price', '$.items[*].stock', '$.total'),
  one('books', '$.items[*].featured', { set: 1 }),
  one('books', '$.items[*].created', { set: undefined }),
  one('books', '$.per_page', { set: '20' }),
  one('books', 'status', { status: 500 }),
  one('books', 'header.content-type', { header: 'text/html' }),
  one('books', 'header.location', { header: '/api/books?page=2' }),

  ...other('stock', '$.stock', '$.available', '$.book_id'),
  one('stock', 'status', { status: 203 }),
  one('stock', 'header.content-type', { header: null }),
  one('stock', 'header.location', { header: '/elsewhere' }),

  ...other('prices', '$.book_id'),
  one('prices', '$.items', { set: null }),
  one('prices', '$.total', { set: 0 }),
  one('prices', 'status', { status: 410 }),
  one('prices', 'header.content-type', { header: 'text/plain' }),

  ...other('categories', '$.items[*].name', '$.items[*].slug', '$.items[*].id'),
  one('categories', '$.items[*].children', { set: undefined }),
  one('categories', '$.items', 'dropLast'),
  one('categories', 'status', { status: 503 }),
  one('categories', 'header.location', { header: '/api/categories/' }),

  ...other('shelf', '$.items[*].author', '$.items[*].price', '$.page'),
  one('shelf', '$.items[*].isbn', { set: '' }),
  one('shelf', 'status', { status: 403 }),
  one('shelf', 'header.content-type', { header: 'application/octet-stream' }),
]

/** FNV-1a over both, between 0 and 1. */
export function strikes({ route, field, share: of }: Fault, requestId: string): boolean {
  let hash = 0x811c9dc5
  for (const character of `${route} ${field} ${requestId}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32 < of
}

const patterns: readonly (readonly [RouteName, RegExp])[] = [
  ['books', /^\/api\/books$/],
  ['book', /^\/api\/books\/\d+$/],
  ['stock', /^\/api\/books\/\d+\/stock$/],
  ['prices', /^\/api\/books\/\d+\/prices$/],
  ['categories', /^\/api\/categories$/],
  ['shelf', /^\/api\/categories\/[^/]+\/books$/],
]

export const routeOf = (path: string): RouteName | undefined =>
  patterns.find(([, pattern]) => pattern.test(path))?.[0]

export interface Answered {
  status: number
  readonly headers: Record<string, string | string[] | undefined>
  body: Buffer
}

/** Puts it into an answer. */
export function strike({ field, change }: Fault, answer: Answered): void {
  if (typeof change === 'object' && 'status' in change) answer.status = change.status
  else if (typeof change === 'object' && 'header' in change) {
    const name = field.slice('header.'.length)
    if (change.header === null) delete answer.headers[name]
    else answer.headers[name] = change.header
  } else {
    const content: unknown = JSON.parse(answer.body.toString())
    const steps = field.match(/\[\*\]|[^.[\]$]+/g) ?? []
    put(content, steps, change as { readonly set: unknown } | 'other' | 'dropLast')
    answer.body = Buffer.from(JSON.stringify(content))
  }
}

type Put = { readonly set: unknown } | 'other' | 'dropLast'

function put(at: unknown, [step, ...rest]: readonly string[], change: Put): void {
  if (at === null || typeof at !== 'object' || step === undefined) return
  // One item is enough: the first.
  const name = step === '[*]' ? '0' : step
  const holder = at as Record<string, unknown>
  if (rest.length > 0) put(holder[name], rest, change)
  else if (change === 'other') holder[name] = otherThan(holder[name])
  else if (change === 'dropLast') (holder[name] as unknown[]).pop()
  else if (change.set === undefined) delete holder[name]
  else holder[name] = change.set
}

const otherThan = (value: unknown): unknown =>
  typeof value === 'number'
    ? value + 1
    : typeof value === 'boolean'
      ? !value
      : typeof value === 'string'
        ? `${value.slice(0, -1)}${value.endsWith('7') ? '8' : '7'}`
        : 'something'
