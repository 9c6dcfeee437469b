/**
 * The agents' desk: cases of one kind, in the queue or taken.
 *
 * @module
 */
import type { Page } from '../page.ts'
import type { Case } from '../shop/shapes.ts'
import { type Html, html, pathPart } from '../view/html.ts'
import { option, tag, time } from '../view/parts.ts'
import type { Visit } from '../visit.ts'
import { listQuery } from './lists.ts'

const kinds = [
  ['query', 'Questions'],
  ['complaint', 'Complaints'],
  ['return', 'Returns'],
  ['feedback', 'Feedback'],
] as const
const states = [
  ['', 'all'],
  ['open', 'open'],
  ['answered', 'answered'],
  ['closed', 'closed'],
] as const
const whose = [
  ['', 'everybody’s'],
  ['none', 'in the queue'],
  ['me', 'mine'],
] as const

interface CaseList {
  readonly items: readonly Case[]
  readonly next: number | null
}

const choose = (
  visit: Visit,
  name: string,
  words: string,
  options: readonly (readonly [string, string])[],
): Html =>
  html`<label>${words} <select name="${name}">${options.map(([value, label]) => option(value, label, value === visit.query(name)))}</select></label>`

const row = (
  one: Case,
): Html => html`<li data-case="${`${one.kind}/${one.id}`}" data-state="${one.state}"><a href="${`/desk/${pathPart(one.kind)}/${one.id}`}"><bdi>${one.subject}</bdi></a>
  ${one.urgent && tag('urgent')}${tag(one.state)}<span>${one.agent ? html`<bdi>${one.agent.name}</bdi>` : 'nobody yet'}</span>${time(one.created)}</li>`

export const deskPages: readonly Page[] = [
  {
    method: 'get',
    path: '/desk',
    login: true,
    async answer(visit) {
      const query = listQuery(visit, 'kind', 'state', 'agent', 'before')
      const [list] = await Promise.all([
        visit.shop.get<CaseList>('support', `/api/support/cases?${query}`),
        visit.mustBe('agent', 'staff'),
      ])
      const older = new URLSearchParams(query)
      older.set('before', String(list.next))
      const body = html`<h1>Desk</h1>
<form action="/desk" class="row">
  ${choose(visit, 'kind', 'Kind', kinds)}${choose(visit, 'state', 'State', states)}${choose(visit, 'agent', 'Whose', whose)}
  <button>Show</button>
</form>
${list.items.length === 0 && html`<p>There is nothing of this kind.</p>`}
<ul class="lines">${list.items.map(row)}</ul>
${list.next !== null && html`<nav class="pager" aria-label="Pages"><a rel="next" href="${`/desk?${older}`}">Older →</a></nav>`}`
      return { title: 'Desk', body }
    },
  },
]
