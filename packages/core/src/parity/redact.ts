/**
 * What a sample shows of a value: its kind, its length and a keyed hash, by which two can be told to
 * be the same. The value itself only where the manifest says `show:`; truth values, null, numbers of
 * status and the lengths of lists are nobody's secret.
 *
 * Pure: the hash is handed in.
 *
 * @module
 */
import type { Difference } from './compare.ts'
import { Exact } from './exact.ts'
import { isList, isObject, type Json } from './json.ts'
import { covers, formatPlace } from './path.ts'
import type { RulesInForce } from './rules.ts'

/** Some hexadecimal digits of a keyed hash. */
export type Digest = (text: string) => string

/** Longest value that is shown. */
const longest = 80

/** A difference as people may see it. */
export interface Sample {
  readonly kind: Difference['kind']
  /** `$.items[*].price`, `status`, `header.location`. */
  readonly path: string
  readonly control: string
  readonly candidate: string
}

/** Shown in full, whatever the rules say. */
const harmlessHeaders = ['content-type', 'cache-control', 'content-language', 'vary', 'allow']

export function sampleOf(
  { kind, place, control, candidate }: Difference,
  rules: Pick<RulesInForce, 'show'>,
  digest: Digest,
): Sample {
  const header = kind === 'header' && harmlessHeaders.includes(String(place[2]))
  const open = kind === 'status' || header || rules.show.some((rule) => covers(rule, place))
  const octets = kind === 'content' || kind === 'format'
  const show = (value: Json | undefined): string =>
    octets && typeof value === 'string'
      ? `${value.length} octets #${digest(value)}`
      : shown(value, open, digest)
  return { kind, path: formatPlace(place), control: show(control), candidate: show(candidate) }
}

function shown(value: Json | undefined, open: boolean, digest: Digest): string {
  if (value === undefined) return 'nothing'
  if (value === null || typeof value === 'boolean') return String(value)
  if (isList(value)) return `list of ${value.length}`
  if (isObject(value)) return `object of ${value.size}`
  const text = value instanceof Exact ? value.text : value
  if (open) return text.length > longest ? `${text.slice(0, longest)}…` : text
  const kind = value instanceof Exact ? 'number' : 'text'
  // A number's hash goes by its value, a text's by its characters.
  return `${kind} of ${text.length} #${digest(value instanceof Exact ? value.canonical() : value)}`
}
