/**
 * A new password, by the old one or by mail, and the proof of an address. The links in the mails lead
 * here; looking at one does nothing, since mail programs look at links too.
 *
 * @module
 */
import { shownAgain } from '../forms/again.ts'
import type { Page, Shown } from '../page.ts'
import { html } from '../view/html.ts'
import { showAccount } from './account.ts'

const done = (title: string, words: string): Shown => ({
  title,
  body: html`<h1>${title}</h1><p>${words}</p><p><a class="button" href="/login">Log in</a></p>`,
})

const forgot = (): Shown => ({
  title: 'Forgot the password',
  body: html`<h1>Forgot the password?</h1>
<form action="/account/forgot" method="post" class="stack">
  <label>E-mail <input type="email" name="email" required maxlength="190" autocomplete="username"></label>
  <button>Send me a link</button>
</form>`,
})

const reset = (token: unknown): Shown => ({
  title: 'New password',
  body: html`<h1>New password</h1>
<form action="/account/reset" method="post" class="stack">
  <input type="hidden" name="token" value="${String(token)}">
  <label>New password <input type="password" name="password" required minlength="6" maxlength="200" autocomplete="new-password"></label>
  <button>Set it</button>
</form>`,
})

const verify = (token: unknown): Shown => ({
  title: 'Your address',
  body: html`<h1>Is this your address?</h1>
<form action="/account/verify" method="post" class="stack">
  <input type="hidden" name="token" value="${String(token)}">
  <button>Yes, it is mine</button>
</form>`,
})

export const passwordPages: readonly Page[] = [
  {
    method: 'post',
    path: '/account/password',
    login: true,
    token: true,
    async answer(visit) {
      const { current, password } = visit.form
      const write = { manner: 'attempt', body: { current, password } } as const
      try {
        await visit.shop.send('users', 'PUT', '/api/password', write)
      } catch (error) {
        return shownAgain(error, () => showAccount(visit))
      }
      return { to: '/account?done=password' }
    },
  },
  {
    method: 'post',
    path: '/account/verification',
    login: true,
    token: true,
    async answer({ shop }) {
      await shop.send('users', 'POST', '/api/email/verification', { manner: 'attempt' })
      return { to: '/account?done=mailed' }
    },
  },
  {
    method: 'get',
    path: '/account/forgot',
    async answer(visit) {
      const words = 'If there is an account with this address, a mail with a link is on its way.'
      return visit.query('done') === '' ? forgot() : done('Look into your mail', words)
    },
  },
  {
    method: 'post',
    path: '/account/forgot',
    async answer({ shop, form }) {
      const write = { manner: 'attempt', body: { email: form.email } } as const
      try {
        await shop.send('users', 'POST', '/api/password/reset-request', write)
      } catch (error) {
        return shownAgain(error, forgot)
      }
      return { to: '/account/forgot?done=1' }
    },
  },
  {
    method: 'get',
    path: '/account/reset',
    answer: async (visit) =>
      visit.query('done') === ''
        ? reset(visit.query('token'))
        : done('Your password is set', 'Every device has to log in again.'),
  },
  {
    method: 'post',
    path: '/account/reset',
    async answer({ shop, form }) {
      const { token, password } = form
      const write = { manner: 'attempt', body: { token, password } } as const
      try {
        await shop.send('users', 'POST', '/api/password/reset', write)
      } catch (error) {
        return shownAgain(error, () => reset(token))
      }
      return { to: '/account/reset?done=1' }
    },
  },
  {
    method: 'get',
    path: '/account/verify',
    answer: async (visit) =>
      visit.query('done') === ''
        ? verify(visit.query('token'))
        : done('Thank you', 'Your address is proven.'),
  },
  {
    method: 'post',
    path: '/account/verify',
    async answer({ shop, form }) {
      const write = { manner: 'attempt', body: { token: form.token } } as const
      try {
        await shop.send('users', 'POST', '/api/email/verify', write)
      } catch (error) {
        return shownAgain(error, () => verify(form.token))
      }
      return { to: '/account/verify?done=1' }
    },
  },
]
