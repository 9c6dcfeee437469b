import { expect } from 'chai'
import { compile, eventJudge, problemsOf, readAsyncApi } from '../../src/asyncapi/events.ts'
import { structure } from './structure.ts'

const document = readAsyncApi()

/** Every `$ref` of it, wherever it stands. */
function references(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' ? [String(inner)] : references(inner),
  )
}
const found = (pointer: string): unknown =>
  pointer
    .slice('#/'.length)
    .split('/')
    .reduce<unknown>(
      (value, key) => (value as Record<string, unknown> | undefined)?.[key],
      document,
    )

describe('services/asyncapi.yaml', () => {
  const validate = compile(structure)

  it('is an AsyncAPI 3 document', () => {
    expect(problemsOf(validate, document)).to.deep.equal([])
  })

  const broken: Readonly<Record<string, object>> = {
    'of another version': { ...document, asyncapi: '2.6.0' },
    'without operations': { ...document, operations: undefined },
    'with an action of version 2': {
      ...document,
      operations: { a: { action: 'publish', channel: { $ref: '#/channels/order' } } },
    },
    'with a channel by its topic': {
      ...document,
      operations: { a: { action: 'send', channel: { $ref: 'shop.order' } } },
    },
    'with a word that it does not know': { ...document, chanels: {} },
  }
  for (const [what, changed] of Object.entries(broken)) {
    it(`would be refused ${what}`, () => {
      expect(problemsOf(validate, JSON.parse(JSON.stringify(changed)))).to.not.deep.equal([])
    })
  }

  it('names nothing that is not there', () => {
    const all = references(document)
    expect(all).to.have.length.greaterThan(40)
    expect(all.filter((pointer) => found(pointer) === undefined)).to.deep.equal([])
  })

  it('receives messages of the operation’s own channel only, and each message has one channel', () => {
    for (const { channel, messages = [] } of Object.values(document.operations))
      for (const { $ref } of messages)
        expect($ref).to.match(new RegExp(`^${channel.$ref}/messages/`))
    const carried = Object.values(document.channels).flatMap(({ messages }) =>
      Object.entries(messages).map(([name, { $ref }]) => {
        expect($ref).to.equal(`#/components/messages/${name}`)
        return name
      }),
    )
    expect(carried).to.have.members(Object.keys(document.components.messages))
  })

  it('keeps each topic under its aggregate’s name', () => {
    for (const [name, { address }] of Object.entries(document.channels))
      expect(address).to.equal(`shop.${name}`)
  })

  it('uses every schema', () => {
    const used = new Set(references(document))
    const unused = Object.keys(document.components.schemas).filter(
      (name) => !used.has(`#/components/schemas/${name}`),
    )
    expect(unused).to.deep.equal([])
  })

  const judge = eventJudge(document)
  const account = { user_id: 7, name: 'Ana', active: true, roles: ['customer'] }
  const told = (payload: object, type = 'user.changed') =>
    judge({ aggregate: 'user', type, payload })

  it('takes an event as described', () => {
    expect(told(account)).to.deep.equal([])
  })

  const wrong: Readonly<Record<string, object>> = {
    'a text for a number': { ...account, user_id: '7' },
    'a text for a list': { ...account, roles: 'customer' },
    'a list of numbers': { ...account, roles: [1] },
    'a member too few': { user_id: 7, name: 'Ana', active: true },
    'a member too many': { ...account, email: 'ana@example.test' },
  }
  for (const [what, payload] of Object.entries(wrong)) {
    it(`refuses ${what}`, () => {
      expect(told(payload)).to.have.length(1)
    })
  }

  it('refuses a type that is not of the topic', () => {
    expect(told(account, 'order.paid')).to.deep.equal(['order.paid: is no message of channel user'])
  })
})
