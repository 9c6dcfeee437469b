/**
 * A person with a browser (a jar of cookies) and an app that logs them in with openid-client, as
 * anybody's app would.
 *
 * @module
 */
import * as client from 'openid-client'
import type { Rig } from './rig.ts'

export interface Browser {
  /** Follows redirects as long as they stay at the service. */
  open(url: string, form?: Readonly<Record<string, string>>): Promise<Page>
  readonly jar: Map<string, string>
}

export interface Page {
  readonly status: number
  /** Where the redirect led away to, or the page's own address. */
  readonly url: string
  readonly html: string
}

export function browser(home: string): Browser {
  const jar = new Map<string, string>()
  const keep = (headers: Headers): void => {
    for (const line of headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      const name = pair.slice(0, at)
      if (/expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name)
      else jar.set(name, pair.slice(at + 1))
    }
  }
  return {
    jar,
    async open(start, form) {
      let [url, body] = [start, form]
      for (;;) {
        const response = await fetch(url, {
          redirect: 'manual',
          headers: {
            accept: 'text/html',
            cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
          },
          ...(body ? { method: 'POST', body: new URLSearchParams(body) } : {}),
        })
        keep(response.headers)
        const html = await response.text()
        const location = response.headers.get('location')
        if (location === null) return { status: response.status, url, html }
        url = new URL(location, url).href
        body = undefined
        if (!url.startsWith(home)) return { status: response.status, url, html }
      }
    },
  }
}

export interface App {
  readonly config: client.Configuration
  readonly redirectUri: string
}

export async function app(rig: Rig, clientId = 'app', secret?: string): Promise<App> {
  const config = await client.discovery(new URL(rig.issuer), clientId, secret, undefined, {
    execute: [client.allowInsecureRequests],
  })
  const redirectUri = clientId === 'app' ? 'http://127.0.0.1:9/back' : 'https://shop.test/back'
  return { config, redirectUri }
}

export interface Journey {
  readonly start: URL
  readonly verifier: string
  readonly state: string
}

export async function journey(
  { config, redirectUri }: App,
  more: Readonly<Record<string, string>> = {},
): Promise<Journey> {
  const verifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const start = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid offline_access',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    ...more,
  })
  return { start, verifier, state }
}

export const tokensOf = (app: App, { verifier, state }: Journey, back: string) =>
  client.authorizationCodeGrant(app.config, new URL(back), {
    pkceCodeVerifier: verifier,
    expectedState: state,
  })

/** Logs in through the hosted page. */
export async function logIn(
  one: App,
  person: Browser,
  login: { readonly email: string; readonly password: string },
) {
  const trip = await journey(one)
  const form = await person.open(trip.start.href)
  const done = form.status === 200 ? await person.open(form.url, login) : form
  return tokensOf(one, trip, done.url)
}
