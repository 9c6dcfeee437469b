/**
 * One case at the desk: what the customer said, who they are, what they bought, and what an agent may
 * do about it.
 *
 * @module
 */
import { referenceField } from '../forms/fields.ts'
import type { Answer, Page } from '../page.ts'
import { areas } from '../shop/areas.ts'
import type { Agent, CaseView, Items } from '../shop/shapes.ts'
import { notFound } from '../shop/shop.ts'
import { type Html, html, pathPart } from '../view/html.ts'
import { option, quote, tag, time, tokenField } from '../view/parts.ts'
import type { Visit } from '../visit.ts'

const kinds: ReadonlySet<string> = new Set(['query', 'complaint', 'return', 'feedback'])

function pathOf(visit: Visit): string {
  const kind = String(visit.request.params.kind)
  if (!kinds.has(kind)) throw notFound('case')
  return `${kind}/${visit.id('id', 'case')}`
}

const customerPart = ({ customer }: CaseView): Html =>
  customer === null
    ? html`<p>Who it is cannot be shown at the moment.</p>`
    : html`<p data-customer-id="${customer.id}"><bdi>${customer.name}</bdi>${customer.active ? '' : ' (account closed)'}<br>${customer.email}</p>`

const ordersPart = ({ orders }: CaseView): Html =>
  orders === null
    ? html`<p>The orders cannot be shown at the moment.</p>`
    : html`<ul class="lines">${orders.map((order) => html`<li><a href="${`/orders/${order.id}`}">${order.reference}</a>${tag(order.status)}<strong>$${order.total}</strong>${time(order.created)}</li>`)}</ul>`

const wordsPart = (
  view: CaseView,
): Html => html`${view.words && html`<blockquote><p class="text" dir="auto">${view.words}</p></blockquote>`}
${Object.keys(view.details).length > 0 && html`<dl>${Object.entries(view.details).map(([name, value]) => html`<dt>${name.replaceAll('_', ' ')}</dt><dd>${value ?? '–'}</dd>`)}</dl>`}
${view.claimed_order_id !== null && html`<p class="note">The customer names order ${view.claimed_order_id}; nobody has checked whose it is.</p>`}
${view.bot && html`<blockquote><p class="text" dir="auto">${view.bot.question}</p><footer>asked the assistant</footer></blockquote>${view.bot.answer && html`<blockquote class="staff"><p class="text" dir="auto">${view.bot.answer}</p><footer>the assistant</footer></blockquote>`}`}`

const outcomes = (view: CaseView): Html | false =>
  view.kind === 'return' &&
  html`<label>Outcome <select name="outcome">${['accepted', 'refused', 'refunded'].map((one) => option(one, one, false))}</select></label>`

function actions(visit: Visit, view: CaseView, agents: readonly Agent[]): Html {
  const to = (what: string): string => `/desk/${pathPart(view.kind)}/${view.id}/${what}`
  return html`<form action="${to('answer')}" method="post" class="stack">
  ${tokenField(visit)}${referenceField()}
  <label>Answer <textarea name="body" rows="5" required maxlength="10000"></textarea></label>
  <button>Send to the customer</button>
</form>
<div class="row">
  ${view.agent === null && html`<form action="${to('take')}" method="post">${tokenField(visit)}<button class="plain">Take it</button></form>`}
  <form action="${to('handover')}" method="post" class="row">${tokenField(visit)}
    <label>Hand over to <select name="agent_id"><option value="">the queue</option>${agents.map((agent) => option(agent.id, `${agent.name} (${agent.cases})`, false))}</select></label>
    <button class="plain">Hand over</button></form>
  <form action="${to('close')}" method="post" class="row">${tokenField(visit)}${outcomes(view)}<button class="plain">Close</button></form>
</div>`
}

/** A form of the desk: what is asked of the support service, and back to the case. */
const action = (what: string, bodyOf: (form: Visit['form']) => object | undefined): Page => ({
  method: 'post',
  path: `/desk/:kind/:id/${what}`,
  login: true,
  token: true,
  async answer(visit): Promise<Answer> {
    const path = pathOf(visit)
    const body = bodyOf(visit.form)
    const write = body === undefined ? {} : { body }
    await visit.shop.send('support', 'POST', `/api/support/cases/${path}/${what}`, write)
    return { to: `/desk/${path}` }
  },
})

export const casePages: readonly Page[] = [
  {
    method: 'get',
    path: '/desk/:kind/:id',
    login: true,
    async answer(visit) {
      const { shop, maybe } = visit
      const path = pathOf(visit)
      const [view, agents] = await Promise.all([
        shop.get<CaseView>('support', `/api/support/cases/${path}`),
        maybe('support', shop.get<Items<Agent>>('support', '/api/support/agents')),
        visit.mustBe('agent', 'staff'),
      ])
      visit.alsoMissing(areas.filter((area) => view.missing.includes(area)))
      const body = html`<p><a href="${`/desk?kind=${pathPart(view.kind)}`}">Desk</a></p>
<h1><bdi>${view.subject}</bdi></h1>
<p data-case="${path}" data-state="${view.state}">${view.urgent && tag('urgent')}${tag(view.state)} ${view.agent ? html`with <bdi>${view.agent.name}</bdi>` : 'in the queue'}, since ${time(view.created)}${view.order_id && html`, about <a href="${`/orders/${view.order_id}`}">order ${view.order_id}</a>`}</p>
<div class="two">
<section><h2>What was said</h2>${wordsPart(view)}${view.messages.map((message) => quote(message, 'Customer'))}
${actions(visit, view, agents?.items ?? [])}</section>
<section><h2>Customer</h2>${customerPart(view)}<h2>Orders</h2>${ordersPart(view)}</section>
</div>`
      return { title: view.subject, body }
    },
  },
  action('take', () => undefined),
  action('answer', ({ body, reference }) => ({ body, reference })),
  action('handover', ({ agent_id }) => ({ agent_id: agent_id === '' ? null : Number(agent_id) })),
  action('close', ({ outcome }) => (outcome === undefined ? {} : { outcome })),
]
