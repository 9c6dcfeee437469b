/**
 * An upstream that prints where it stands itself: its own origin in `Location`, its own host in the
 * `Domain` of a cookie. Clients can reach neither, so they get the origin that they used.
 *
 * Upstreams get the public `Host`, so most print that; without a look at `X-Forwarded-Proto` they print
 * `http://` before it, also to clients that came over TLS. Contents are not looked into.
 *
 * Pure.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import type { RouteTable } from '@matapalo/core'
import { schemeOf } from '../origin.ts'

/** How the client reached the edge. */
export interface Reached {
  readonly req: Partial<Pick<IncomingMessage, 'socket'>>
  /** `Host` as sent, lower case, with its port. */
  readonly line: { readonly host: string }
}

interface Inside {
  /** `host:port` of each replica, ports spelled out. */
  readonly places: ReadonlySet<string>
  /** The same without ports. */
  readonly hosts: ReadonlySet<string>
}

const known = new WeakMap<RouteTable['upstreams'], Inside>()

function insideOf(upstreams: RouteTable['upstreams']): Inside {
  let inside = known.get(upstreams)
  if (inside === undefined) {
    const urls = Object.values(upstreams).flatMap((all) => all.map((url) => new URL(url)))
    inside = {
      places: new Set(urls.map(({ host, protocol }) => placeOf(host, protocol))),
      hosts: new Set(urls.map(({ hostname }) => loopback(hostname))),
    }
    known.set(upstreams, inside)
  }
  return inside
}

/** A table names the one, an application's configuration often the other. */
const loopback = (host: string): string =>
  host.replace(/^localhost(?=$|:)/, '127.0.0.1').replace(/^\[::1\]/, '127.0.0.1')

const placeOf = (host: string, protocol: string): string =>
  loopback(/:\d+$/.test(host) ? host : `${host}:${protocol === 'https:' ? 443 : 80}`)

const withoutUsualPort = (host: string): string => host.replace(/:(?:80|443)$/, '')

/** A URL with an authority: its scheme if there is one, the authority, and all that follows. */
const absolute = /^(https?:)?\/\/([^/?#\\"'\s]*)(.*)$/is
/** `5; url=/there`, also with a comma, quoted, or without `url=`. */
const refresh = /^(\s*[\d.]+\s*[;,]\s*(?:url\s*=\s*)?["']?)(.*)$/is
const domainOfCookie = /;\s*domain\s*=\s*([^;]*)/gi

function publicUrl(url: string, upstreams: RouteTable['upstreams'], to: Reached): string {
  const match = absolute.exec(url)
  if (match === null) return url
  const [, written, authority = '', rest = ''] = match
  const protocol = written?.toLowerCase()
  const host = authority.toLowerCase()
  const scheme = schemeOf(to.req)
  const reached = withoutUsualPort(host) === withoutUsualPort(to.line.host)
  const wrong = reached
    ? protocol === 'http:' && scheme === 'https'
    : insideOf(upstreams).places.has(placeOf(host, protocol ?? 'http:'))
  return wrong ? `${scheme}://${to.line.host}${rest}` : url
}

/** Without a `Domain` it is kept for the host that the client used, and for no other. */
function publicCookie(cookie: string, upstreams: RouteTable['upstreams'], to: Reached): string {
  return cookie.replace(domainOfCookie, (whole, value: string) => {
    const domain = value.trim().toLowerCase().replace(/^\./, '')
    const host = to.line.host.replace(/:\d+$/, '')
    const valid = host === domain || host.endsWith(`.${domain}`)
    return !valid && insideOf(upstreams).hosts.has(loopback(domain)) ? '' : whole
  })
}

/** @param fields end-to-end fields of an answer, names and values in turn; changed in place */
export function publishNames(
  fields: string[],
  upstreams: RouteTable['upstreams'],
  to: Reached,
): void {
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string
    const { length } = name
    // Most fields are told apart by their length alone.
    if (length !== 8 && length !== 10 && length !== 16 && length !== 7) continue
    const value = fields[i + 1] as string
    switch (name.toLowerCase()) {
      case 'location':
      case 'content-location':
        fields[i + 1] = publicUrl(value, upstreams, to)
        break
      case 'refresh':
        fields[i + 1] = value.replace(
          refresh,
          (_, before: string, url: string) => before + publicUrl(url, upstreams, to),
        )
        break
      case 'set-cookie':
        fields[i + 1] = publicCookie(value, upstreams, to)
    }
  }
}
