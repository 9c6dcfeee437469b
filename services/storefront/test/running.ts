/**
 * The storefront on a free port in this process, in front of a shop; and visitors who look at pages
 * and send forms as a browser does.
 *
 * @module
 */
import { listen } from '@bookshop/kit/http/server'
import { silentLog } from '@bookshop/kit/log'
import { createApp } from '../src/app.ts'
import { sealWith } from '../src/forms/seal.ts'
import { createMetrics, type Metrics } from '../src/metrics.ts'
import { areaClients } from '../src/shop/areas.ts'

export interface Running {
  readonly url: string
  readonly metrics: Metrics
  stop(): Promise<void>
}

export async function runStorefront(shopUrl: string, readTimeoutMs = 5000): Promise<Running> {
  const metrics = createMetrics()
  const app = createApp({
    clients: areaClients(shopUrl, readTimeoutMs),
    seal: sealWith('a secret of the tests, long enough', Date.now),
    metrics,
    log: silentLog,
    isStopping: () => false,
  })
  const server = await listen(app, '127.0.0.1', 0)
  return { url: `http://127.0.0.1:${server.port}`, metrics, stop: () => server.stop() }
}

export interface Seen {
  readonly status: number
  readonly location: string | null
  readonly headers: Headers
  readonly html: string
}

export type Form = Readonly<Record<string, string>>

export interface Visitor {
  see(path: string, headers?: Readonly<Record<string, string>>): Promise<Seen>
  send(path: string, form: Form, headers?: Readonly<Record<string, string>>): Promise<Seen>
  readonly cookies: Map<string, string>
}

/** Keeps cookies as a browser does; `url` may be another shop's for the same visitor. */
export function visitor(url: string, cookies = new Map<string, string>()): Visitor {
  const ask = async (path: string, init: RequestInit): Promise<Seen> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(`${url}${path}`, {
      ...init,
      redirect: 'manual',
      headers: { ...(init.headers as Record<string, string>), cookie },
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    const { status, headers } = response
    return { status, headers, location: headers.get('location'), html: await response.text() }
  }
  return {
    cookies,
    see: (path, headers = {}) => ask(path, { headers }),
    send: (path, form, headers = {}) =>
      ask(path, { method: 'POST', body: new URLSearchParams(form), headers }),
  }
}

const unescaped = (text: string): string =>
  text.replace(/&(?:amp|lt|gt|quot|#34|#39|#96);/g, (entity) => {
    const plain = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#34;': '"' }
    return plain[entity as keyof typeof plain] ?? (entity === '&#39;' ? "'" : '`')
  })

/** The hidden and prefilled inputs of the first form with this target. */
export function formOf(html: string, action: string): Record<string, string> {
  const start = html.indexOf(`<form action="${action}" method="post"`)
  const form = start < 0 ? undefined : html.slice(start, html.indexOf('</form>', start))
  if (form === undefined) throw new Error(`the page has no form for ${action}`)
  const fields: Record<string, string> = {}
  for (const [input] of form.matchAll(/<input[^>]*>/g)) {
    const name = /\bname="([^"]*)"/.exec(input)?.[1]
    if (name === undefined) continue
    if (/type="checkbox"/.test(input) && !/\schecked/.test(input)) continue
    fields[name] = unescaped(/\bvalue="([^"]*)"/.exec(input)?.[1] ?? '')
  }
  for (const [, name = '', options = ''] of form.matchAll(
    /<select name="([^"]*)">([\s\S]*?)<\/select>/g,
  )) {
    const chosen =
      /<option value="([^"]*)" selected/.exec(options) ?? /<option value="([^"]*)"/.exec(options)
    const plain = /<option>([^<]*)</.exec(options)
    fields[name] = unescaped(chosen?.[1] ?? plain?.[1] ?? '')
  }
  return fields
}

/** The values of a data attribute, in order. */
export const dataOf = (html: string, name: string): readonly string[] =>
  [...html.matchAll(new RegExp(`data-${name}="([^"]*)"`, 'g'))].map(([, value = '']) => value)
