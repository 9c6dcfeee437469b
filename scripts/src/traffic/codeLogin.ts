/**
 * Authorization code with PKCE (RFC 7636) through the hosted login page, as an app's browser window
 * does it: redirects followed, cookies kept, the form filled in.
 *
 * @module
 */
import { createHash, randomBytes } from 'node:crypto'
import type { Answer, Ask, Edges } from './edges.ts'
import { readTokens, type Tokens } from './tokens.ts'

/** A public client; it must be one of the provider's. */
export const publicClient = { id: 'app', redirectUri: 'http://127.0.0.1:9/back' } as const

export class CodeLoginFailed extends Error {}

class Window {
  readonly #edges: Edges
  readonly #turn: number
  readonly #jar = new Map<string, string>()

  constructor(edges: Edges, turn: number) {
    this.#edges = edges
    this.#turn = turn
  }

  /** Follows redirects as long as they stay at the shop. @returns where it ended, and the page */
  async open(path: string, form?: Ask['form']): Promise<{ at: string; answer: Answer }> {
    let [at, body] = [path, form]
    for (let hops = 0; hops < 12; hops += 1) {
      const answer = await this.#edges.ask(this.#turn, {
        method: body === undefined ? 'GET' : 'POST',
        path: at,
        ...(body === undefined ? {} : { form: body }),
        headers: {
          accept: 'text/html',
          cookie: [...this.#jar].map(([name, value]) => `${name}=${value}`).join('; '),
        },
      })
      this.#keep(answer)
      const location = answer.headers.location
      if (typeof location !== 'string') return { at, answer }
      if (location.startsWith(publicClient.redirectUri)) return { at: location, answer }
      const next = new URL(location, 'http://shop')
      at = `${next.pathname}${next.search}`
      body = undefined
    }
    throw new CodeLoginFailed(`${path}: more than 12 redirects`)
  }

  #keep(answer: Answer): void {
    const header = answer.headers['set-cookie']
    for (const line of [header ?? []].flat() as readonly string[]) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      if (/expires=Thu, 01 Jan 1970/i.test(line)) this.#jar.delete(pair.slice(0, at))
      else this.#jar.set(pair.slice(0, at), pair.slice(at + 1))
    }
  }
}

/** @throws CodeLoginFailed, Unanswered */
export async function codeLogin(
  edges: Edges,
  turn: number,
  login: { readonly email: string; readonly password: string },
): Promise<Tokens> {
  const window = new Window(edges, turn)
  const verifier = randomBytes(32).toString('base64url')
  const query = new URLSearchParams({
    client_id: publicClient.id,
    redirect_uri: publicClient.redirectUri,
    response_type: 'code',
    scope: 'openid offline_access',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    state: randomBytes(8).toString('hex'),
  })
  const page = await window.open(`/identity/auth?${query}`)
  if (page.answer.status !== 200) {
    throw new CodeLoginFailed(`the login page answered ${page.answer.status} at ${page.at}`)
  }
  const back = await window.open(page.at, login)
  const code = URL.canParse(back.at) ? new URL(back.at).searchParams.get('code') : null
  if (code === null) {
    throw new CodeLoginFailed(`${login.email}: no code, ${back.answer.status} at ${back.at}`)
  }
  const answer = await edges.ask(turn, {
    method: 'POST',
    path: '/identity/token',
    form: {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: publicClient.redirectUri,
      client_id: publicClient.id,
    },
  })
  const tokens = answer.status === 200 ? readTokens(answer.body) : undefined
  if (tokens === undefined) throw new CodeLoginFailed(`no tokens: ${answer.status} ${answer.body}`)
  return tokens
}
