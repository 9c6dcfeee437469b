/**
 * Logging in, opening an account, logging out. The session's cookie is set by whoever owns sessions;
 * it is passed on as it comes.
 *
 * @module
 */
import { shownAgain } from '../forms/again.ts'
import type { Page, Shown } from '../page.ts'
import { html, isOwnPath } from '../view/html.ts'

/** Only a path of this shop; anything else would send the visitor away. */
export const safeNext = (value: unknown): string => (isOwnPath(value) ? value : '/')

const show = (next: string): Shown => ({
  title: 'Log in',
  body: html`<div class="two">
<section><h1>Log in</h1>
<form action="/login" method="post" class="stack">
  <input type="hidden" name="next" value="${next}">
  <label>E-mail <input type="email" name="email" required autocomplete="username"></label>
  <label>Password <input type="password" name="password" required autocomplete="current-password"></label>
  <button>Log in</button>
</form>
<p><a href="/account/forgot">Forgot the password?</a></p></section>
<section><h2>New here?</h2>
<form action="/register" method="post" class="stack">
  <label>Name <input name="name" required maxlength="200" autocomplete="name"></label>
  <label>E-mail <input type="email" name="email" required autocomplete="username"></label>
  <label>Password <input type="password" name="password" required minlength="6" autocomplete="new-password"></label>
  <button>Open an account</button>
</form></section>
</div>`,
})

export const loginPages: readonly Page[] = [
  { method: 'get', path: '/login', answer: async (visit) => show(safeNext(visit.query('next'))) },
  {
    method: 'post',
    path: '/login',
    async answer({ shop, form }) {
      const { next, email, password } = form
      const to = safeNext(next)
      const write = { manner: 'attempt', body: { email, password } } as const
      try {
        const { headers } = await shop.send('users', 'POST', '/api/login', write)
        return { to, cookies: headers.getSetCookie() }
      } catch (error) {
        return shownAgain(error, () => show(to))
      }
    },
  },
  {
    method: 'post',
    path: '/register',
    async answer({ shop, form }) {
      const { name, email, password } = form
      const write = { manner: 'attempt', body: { name, email, password } } as const
      try {
        const { headers } = await shop.send('users', 'POST', '/api/register', write)
        return { to: '/', cookies: headers.getSetCookie() }
      } catch (error) {
        return shownAgain(error, () => show('/'))
      }
    },
  },
  {
    method: 'post',
    path: '/logout',
    async answer({ shop }) {
      const { headers } = await shop.send('users', 'POST', '/api/logout')
      return { to: '/', cookies: headers.getSetCookie() }
    },
  },
]
