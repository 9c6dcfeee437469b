/**
 * The customer's own page: profile, preferences, latest orders and tickets.
 *
 * @module
 */
import { shownAgain } from '../forms/again.ts'
import { typed } from '../forms/fields.ts'
import type { Page, Shown } from '../page.ts'
import type { Items, Order, Profile, Ticket } from '../shop/shapes.ts'
import { type Html, html } from '../view/html.ts'
import { tokenField } from '../view/parts.ts'
import type { Visit } from '../visit.ts'

/** How many of each are shown. */
const latest = 5

const notes: Readonly<Record<string, string>> = {
  saved: 'Saved.',
  password: 'Your password is changed. Other devices have to log in again.',
  mailed: 'We have sent you a mail with a link.',
}

interface Preferences {
  readonly newsletter: boolean
}

function profileForm({ form }: Visit, profile: Profile, newsletter: boolean): Html {
  const field = (name: keyof Profile, words: string, most: number): Html =>
    html`<label>${words} <input name="${name}" value="${typed(form, name) ?? profile[name]}" maxlength="${most}"></label>`
  return html`<form action="/account" method="post" class="stack">
  <label>Name <input name="name" value="${typed(form, 'name') ?? profile.name}" required maxlength="200" autocomplete="name"></label>
  ${field('phone', 'Phone', 40)}
  ${field('street', 'Street', 200)}
  ${field('city', 'City', 120)}
  ${field('postcode', 'Postcode', 20)}
  ${field('country', 'Country', 2)}
  <label class="check"><input type="checkbox" name="newsletter" value="Y"${newsletter ? html` checked` : ''}> Newsletter</label>
  <button>Save</button>
</form>`
}

const ordersPart = (orders: readonly Order[]): Html => html`<h2>Your latest orders</h2>
<ul class="lines">${orders.map((order) => html`<li><a href="${`/orders/${order.id}`}">${order.reference}</a><span>${order.status}</span><strong>$${order.total}</strong></li>`)}</ul>`

const ticketsPart = (tickets: readonly Ticket[]): Html => html`<h2>Your tickets</h2>
<ul class="lines">${tickets.map((ticket) => html`<li><a href="${`/support/${ticket.id}`}"><bdi>${ticket.subject}</bdi></a><span>${ticket.status}</span></li>`)}</ul>`

const passwordPart = (visit: Visit): Html => html`<h2>Password and e-mail</h2>
<form action="/account/password" method="post" class="stack">
  ${tokenField(visit)}
  <label>Password now <input type="password" name="current" required autocomplete="current-password"></label>
  <label>New password <input type="password" name="password" required minlength="6" maxlength="200" autocomplete="new-password"></label>
  <button>Change the password</button>
</form>
<form action="/account/verification" method="post">${tokenField(visit)}<button class="link">Mail me a link that proves my address</button></form>`

export async function showAccount(visit: Visit): Promise<Shown> {
  const { shop, maybe } = visit
  const [profile, preferences, orders, tickets, { user }] = await Promise.all([
    shop.get<Profile>('users', '/api/profile'),
    shop.get<Preferences>('users', '/api/preferences'),
    maybe('orders', shop.get<Items<Order>>('orders', '/api/orders')),
    maybe('support', shop.get<Items<Ticket>>('support', '/api/tickets')),
    visit.frame(),
  ])
  const roles = user && user.roles.length > 0 ? ` · ${user.roles.join(', ')}` : ''
  const body = html`<h1>Your account</h1>
<p>${profile.email}${roles}</p>
${profileForm(visit, profile, preferences.newsletter)}
${ordersPart((orders?.items ?? []).slice(0, latest))}
${ticketsPart((tickets?.items ?? []).slice(0, latest))}
${passwordPart(visit)}`
  return { title: 'Your account', body, note: notes[visit.query('done')] ?? null }
}

export const accountPages: readonly Page[] = [
  { method: 'get', path: '/account', login: true, answer: showAccount },
  {
    method: 'post',
    path: '/account',
    login: true,
    async answer(visit) {
      const { newsletter, ...profile } = visit.form
      try {
        await visit.shop.send('users', 'PUT', '/api/profile', { body: profile })
        const wish = { newsletter: newsletter === 'Y' }
        await visit.shop.send('users', 'PUT', '/api/preferences', { body: wish })
      } catch (error) {
        return shownAgain(error, () => showAccount(visit))
      }
      return { to: '/account?done=saved' }
    },
  },
]
