/**
 * The customer's tickets and returns, and a new question.
 *
 * @module
 */
import { shownAgain } from '../forms/again.ts'
import { filled, referenceField, typed } from '../forms/fields.ts'
import type { Page, Shown } from '../page.ts'
import type { Items, Order, ReturnRequest, Ticket } from '../shop/shapes.ts'
import { type Html, html } from '../view/html.ts'
import { option, quote, tag } from '../view/parts.ts'
import type { Visit } from '../visit.ts'
import { askForm } from './assistant.ts'

/** How many orders may be chosen from. */
const choice = 20

const ticketRow = (ticket: Ticket): Html =>
  html`<li data-ticket-id="${ticket.id}"><a href="${`/support/${ticket.id}`}"><bdi>${ticket.subject}</bdi></a>${tag(ticket.status)}</li>`

const returnsPart = (returns: readonly ReturnRequest[]): Html | false =>
  returns.length > 0 &&
  html`<h2>Your returns</h2><ul class="lines">${returns.map((back) => html`<li><span>Order ${back.order_id}, line ${back.line}</span>${tag(back.status)}</li>`)}</ul>`

const ticketForm = (
  form: Visit['form'],
  orders: readonly Order[],
  chosen: string,
): Html => html`<form action="/support" method="post" class="stack">
  ${referenceField()}
  <label>Subject <input name="subject" value="${typed(form, 'subject')}" required maxlength="200"></label>
  <label>Order <select name="order_id"><option value="">none</option>${orders.map((order) => option(order.id, order.reference, String(order.id) === chosen))}</select></label>
  <label>Message <textarea name="body" rows="5" required maxlength="10000">
${typed(form, 'body')}</textarea></label>
  <button>Send</button>
</form>`

async function show(visit: Visit): Promise<Shown> {
  const { shop, maybe, form } = visit
  const [tickets, returns, orders] = await Promise.all([
    shop.get<Items<Ticket>>('support', '/api/tickets'),
    maybe('support', shop.get<Items<ReturnRequest>>('support', '/api/returns')),
    maybe('orders', shop.get<Items<Order>>('orders', '/api/orders')),
  ])
  const chosen = typed(form, 'order_id') ?? visit.query('order')
  const body = html`<h1>Support</h1>
<div class="two">
<section><h2>Ask at once</h2>${askForm(visit)}
<h2>Your tickets</h2>
<ul class="lines">${tickets.items.map(ticketRow)}</ul>
${returnsPart(returns?.items ?? [])}</section>
<section><h2>Ask us</h2>${ticketForm(form, (orders?.items ?? []).slice(0, choice), chosen)}</section>
</div>`
  return { title: 'Support', body }
}

export const supportPages: readonly Page[] = [
  { method: 'get', path: '/support', login: true, answer: show },
  {
    method: 'post',
    path: '/support',
    login: true,
    async answer(visit) {
      const { order_id, ...fields } = visit.form
      const body = { ...fields, ...filled({ order_id: order_id ?? '' }) }
      const { reference } = fields
      try {
        const { json } = await visit.shop.send('support', 'POST', '/api/tickets', {
          body,
          reference,
        })
        return { to: `/support/${(json as Ticket).id}` }
      } catch (error) {
        return shownAgain(error, () => show(visit))
      }
    },
  },
  {
    method: 'get',
    path: '/support/:id',
    login: true,
    async answer(visit) {
      const id = visit.id('id', 'ticket')
      const ticket = await visit.shop.get<Ticket>('support', `/api/tickets/${id}`)
      const about =
        ticket.order_id &&
        html` about <a href="${`/orders/${ticket.order_id}`}">order ${ticket.order_id}</a>`
      const body = html`<h1><bdi>${ticket.subject}</bdi></h1>
<p>${tag(ticket.status)}${about}</p>
${ticket.messages.map((message) => quote(message, 'You'))}
<form action="${`/support/${id}/messages`}" method="post" class="stack">
  ${referenceField()}
  <label>Answer <textarea name="body" rows="4" required maxlength="10000"></textarea></label>
  <button>Send</button>
</form>`
      return { title: ticket.subject, body }
    },
  },
  {
    method: 'post',
    path: '/support/:id/messages',
    login: true,
    async answer(visit) {
      const id = visit.id('id', 'ticket')
      const body = visit.form
      const { reference } = body
      await visit.shop.send('support', 'POST', `/api/tickets/${id}/messages`, { body, reference })
      return { to: `/support/${id}` }
    },
  },
]
