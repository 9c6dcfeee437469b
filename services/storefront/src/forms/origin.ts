/**
 * Forms that another site sends in a visitor's name are refused by what every browser says about
 * where a request comes from: `Sec-Fetch-Site` (Fetch Metadata), else `Origin` against `Host`. The
 * form needs nothing hidden in it, so one that the old shop rendered is taken as well, and the old
 * shop, which refuses unknown fields, takes ours. The rule is that of Go's CrossOriginProtection
 * (golang.org/issue/73626).
 *
 * @module
 */
import type { IncomingHttpHeaders } from 'node:http'

const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

const hostOf = (origin: string): string | null =>
  URL.canParse(origin) ? new URL(origin).host : null

/** A program sends neither header; it has no visitor's cookies either, only its own. */
export function isFromElsewhere(method: string, headers: IncomingHttpHeaders): boolean {
  if (safe.has(method)) return false
  const site = headers['sec-fetch-site']
  if (typeof site === 'string') return site !== 'same-origin' && site !== 'none'
  const { origin } = headers
  return origin !== undefined && hostOf(origin) !== headers.host
}
