/**
 * The bot: answers at once what it knows, and hands over to a person. Its answer travels to the next
 * page in a signed cookie, so that reloading that page asks nothing again.
 *
 * @module
 */
import { referenceField } from '../forms/fields.ts'
import type { Answer, Page } from '../page.ts'
import type { BotAnswer, Items } from '../shop/shapes.ts'
import { type Html, html } from '../view/html.ts'
import { tokenField } from '../view/parts.ts'
import type { Visit } from '../visit.ts'

interface Topic {
  readonly topic: string
  readonly example: string
}

/** A cookie holds 4096 bytes, signature and base64 included. */
const mostCharacters = 600

const cut = (text: string | null): string | null =>
  text === null ? null : [...text].slice(0, mostCharacters).join('')

export const askForm = (
  visit: Visit,
): Html => html`<form action="/assistant" method="post" class="stack">
  ${tokenField(visit)}${referenceField()}
  <label>Your question <input name="question" required maxlength="2000" placeholder="Where is my order?"></label>
  <button>Ask</button>
</form>
<p><a href="/assistant">What can be asked here</a></p>`

function noteCookie(visit: Visit, answer: BotAnswer): string {
  const { id, handed_over, ticket_id, missing } = answer
  const note = {
    id,
    question: cut(answer.question),
    answer: cut(answer.answer),
    handed_over,
    ticket_id,
    missing,
  }
  const sealed = visit.seal.write(note, visit.caller.credential ?? '')
  const secure = visit.request.headers['x-forwarded-proto'] === 'https' ? '; Secure' : ''
  return `answer=${sealed}; Path=/assistant; HttpOnly; SameSite=Lax; Max-Age=600${secure}`
}

function noteOf({ request, seal, caller }: Visit): BotAnswer | null {
  const cookie = /(?:^|;\s*)answer=([^;\s]+)/.exec(request.headers.cookie ?? '')?.[1]
  // Only `noteCookie` seals notes.
  return seal.read(cookie, caller.credential ?? '') as BotAnswer | null
}

const said = (answer: BotAnswer, visit: Visit): Html => html`<section aria-live="polite">
<blockquote><p class="text" dir="auto">${answer.question}</p><footer>You</footer></blockquote>
${answer.answer && html`<blockquote class="staff"><p class="text" dir="auto">${answer.answer}</p><footer>The Bookshop’s assistant</footer></blockquote>`}
${
  answer.ticket_id !== null
    ? html`<p>A person will answer this: <a href="${`/support/${answer.ticket_id}`}">ticket ${answer.ticket_id}</a>.</p>`
    : html`<form action="${`/assistant/${answer.id}/handover`}" method="post">${tokenField(visit)}<button class="plain">I would rather ask a person</button></form>`
}</section>`

const next = (visit: Visit, json: unknown): Answer => ({
  to: '/assistant',
  cookies: [noteCookie(visit, json as BotAnswer)],
})

export const assistantPages: readonly Page[] = [
  {
    method: 'get',
    path: '/assistant',
    login: true,
    async answer(visit) {
      const asked = visit.shop.get<Items<Topic>>('support', '/api/support/topics')
      const topics = await visit.ifOffered('support', asked)
      const answer = noteOf(visit)
      const body = html`<h1>Ask at once</h1>
${answer && said(answer, visit)}
${askForm(visit)}
<h2>For example</h2>
<ul>${(topics?.items ?? []).map((topic) => html`<li>${topic.example}</li>`)}</ul>
<p><a href="/support">Your tickets</a></p>`
      return { title: 'Ask at once', body }
    },
  },
  {
    method: 'post',
    path: '/assistant',
    login: true,
    token: true,
    async answer(visit) {
      const { question, reference } = visit.form
      const body = { question, reference }
      const { json } = await visit.shop.send('support', 'POST', '/api/support/questions', { body })
      return next(visit, json)
    },
  },
  {
    method: 'post',
    path: '/assistant/:id/handover',
    login: true,
    token: true,
    async answer(visit) {
      const path = `/api/support/questions/${visit.id('id', 'question')}/handover`
      const { json } = await visit.shop.send('support', 'POST', path)
      return next(visit, json)
    },
  },
]
