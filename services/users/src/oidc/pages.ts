/**
 * The few pages that the provider shows: the login form and errors. Every value is escaped.
 *
 * @module
 */
import type { Response } from 'express'

export const pageType = 'text/html; charset=utf-8'

export const escaped = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (letter) =>
      ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[letter] ?? letter,
  )

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:24rem;margin:4rem auto;padding:0 1rem}
label{display:block;margin:1rem 0}input{display:block;width:100%;padding:.5rem;box-sizing:border-box;font:inherit}
button{padding:.6rem 1.2rem;font:inherit}.problem{color:#a00}`

const page = (title: string, content: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(title)}</title><style>${style}</style></head><body><main><h1>${escaped(title)}</h1>${content}</main></body></html>`

export const errorPage = (error: string, description: string): string =>
  page(
    'This did not work',
    `<p class="problem" role="alert">${escaped(error)}</p><p>${escaped(description)}</p>`,
  )

/** @param form the provider's own, named `op.logoutForm`, with its token against forgery */
export const logoutPage = (form: string): string =>
  page(
    'Log out',
    `${form}<p>Do you want to log out of the shop, here and everywhere you came from?</p><button form="op.logoutForm" name="logout" value="yes">Log out</button>`,
  )

export const loggedOutPage = (): string => page('You are logged out', '<p>See you soon.</p>')

export interface LoginForm {
  readonly action: string
  readonly email: string
  readonly problem: string | null
}

export const loginPage = ({ action, email, problem }: LoginForm): string =>
  page(
    'Log in',
    `${problem === null ? '' : `<p class="problem" role="alert">${escaped(problem)}</p>`}<form method="post" action="${escaped(action)}"><label>E-mail address<input name="email" type="email" autocomplete="username" required value="${escaped(email)}"></label><label>Password<input name="password" type="password" autocomplete="current-password" required></label><button>Log in</button></form>`,
  )

/** No scripts, no frames, no copies. */
export function sendPage(response: Response, status: number, html: string): void {
  response
    .status(status)
    .set({
      'Cache-Control': 'no-store',
      'Content-Security-Policy':
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
      'X-Content-Type-Options': 'nosniff',
      'Referrer-Policy': 'no-referrer',
    })
    .type(pageType)
    .send(html)
}
