/**
 * Places in an answer. `$.items[*].price` in rules, `['items', 3, 'price']` where something stands.
 *
 * What is not in the content has a name of its own: `status`, `header.<name>`, `content`.
 *
 * Pure.
 *
 * @module
 */

/** From the root of the content; or, first of all, {@link outside}. */
export type Place = readonly (string | number)[]

/** Begins the places that are not in the content: no list has such an item. */
export const outside = -1

type Step =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'index'; readonly index: number }
  /** Any member or item. */
  | { readonly kind: 'any' }
  /** Any number of steps, none too. */
  | { readonly kind: 'deep' }

export type PathRule = readonly Step[]

const step =
  /\.\.(?=[A-Za-z_*[])|\.?\*|\[\*\]|\[(\d+)\]|\['((?:[^'\\]|\\.)+)'\]|\.?([A-Za-z_][\w-]*)/y

export const outsideContent = /^(?:status|content|header\.[a-z0-9!#$%&'*+.^_`|~-]+)$/

/** @returns undefined for what is no path */
export function parsePath(text: string): PathRule | undefined {
  if (outsideContent.test(text)) {
    const [head = '', ...rest] = text.split('.')
    const name = rest.join('.')
    const names = [head, ...(name === '' ? [] : [name])]
    return [
      { kind: 'index', index: outside },
      ...names.map((one) => ({ kind: 'name', name: one }) as const),
    ]
  }
  if (!text.startsWith('$')) return undefined
  const steps: Step[] = []
  for (let at = 1; at < text.length; ) {
    step.lastIndex = at
    const found = step.exec(text)
    if (found === null) return undefined
    const [all, index, quoted, name] = found
    const bare = /^[A-Za-z_*]/.test(all)
    // Only behind `..` may a name stand without its dot.
    if (bare && steps.at(-1)?.kind !== 'deep') return undefined
    if (all === '..') steps.push({ kind: 'deep' })
    else if (index !== undefined) steps.push({ kind: 'index', index: Number(index) })
    else if (quoted !== undefined) {
      steps.push({ kind: 'name', name: quoted.replace(/\\(.)/g, '$1') })
    } else if (name !== undefined) steps.push({ kind: 'name', name })
    else steps.push({ kind: 'any' })
    at += all.length
  }
  return steps.at(-1)?.kind === 'deep' ? undefined : steps
}

const fits = (one: Step, at: string | number): boolean =>
  one.kind === 'any' || (one.kind === 'name' ? one.name === at : 'index' in one && one.index === at)

const isOutside = (rule: PathRule): boolean =>
  rule[0]?.kind === 'index' && rule[0].index === outside

/** Does the rule name exactly this place? */
export const matchesPlace = (rule: PathRule, place: Place): boolean =>
  // `$`, `$.*` and `$..status` speak of the content alone.
  isOutside(rule) === (place[0] === outside) && matches(rule, place, 0, 0)

function matches(rule: PathRule, place: Place, r: number, p: number): boolean {
  const one = rule[r]
  if (one === undefined) return p === place.length
  if (one.kind === 'deep') {
    for (let from = p; from <= place.length; from++) {
      if (matches(rule, place, r + 1, from)) return true
    }
    return false
  }
  const at = place[p]
  return at !== undefined && fits(one, at) && matches(rule, place, r + 1, p + 1)
}

/** Does the rule name this place, or something that holds it? */
export function covers(rule: PathRule, place: Place): boolean {
  if (isOutside(rule) !== (place[0] === outside)) return false
  for (let length = 0; length <= place.length; length++) {
    if (matchesPlace(rule, place.slice(0, length))) return true
  }
  return false
}

const plain = /^[A-Za-z_][\w-]*$/

/**
 * As a rule would be written, for every item alike. Names that are no identifiers are data, such as
 * ids or addresses, and are not told.
 */
export function formatPlace(place: Place): string {
  if (place[0] === outside) return place.slice(1).join('.')
  return place
    .map((at) => (typeof at === 'number' ? '[*]' : plain.test(at) ? `.${at}` : '.*'))
    .reduce((text, one) => text + one, '$')
}

/** One of the two is, or holds, the other. */
export const overlaps = (a: Place, b: Place): boolean => {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false
  return true
}
