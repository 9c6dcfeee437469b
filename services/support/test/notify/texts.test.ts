import { expect } from 'chai'
import { noticesFor, readPayload, type TicketPayload } from '../../src/notify/texts.ts'

const event = (more: Partial<TicketPayload> = {}): TicketPayload => ({
  kind: 'query',
  id: 5,
  userId: 11,
  ticketId: 5,
  agentId: null,
  byId: 11,
  fromStaff: false,
  outcome: null,
  ...more,
})

const told = (type: string, more: Partial<TicketPayload> = {}) =>
  noticesFor(type, event(more)).map(({ audience, userId }) => [audience, userId])

describe('noticesFor', () => {
  const rows: readonly (readonly [string, string, Partial<TicketPayload>, unknown[]])[] = [
    [
      'a new ticket: the customer and the desk',
      'ticket.opened',
      {},
      [
        ['customer', 11],
        ['desk', null],
      ],
    ],
    ['unsigned feedback: the desk', 'ticket.opened', { userId: null }, [['desk', null]]],
    [
      'an answer: the customer',
      'ticket.answered',
      { fromStaff: true, byId: 80, agentId: 80 },
      [['customer', 11]],
    ],
    ['a reply: the agent who has the case', 'ticket.answered', { agentId: 80 }, [['agent', 80]]],
    ['a reply to nobody’s case: the desk', 'ticket.answered', {}, [['desk', null]]],
    [
      'a case handed over: the agent',
      'ticket.assigned',
      { agentId: 81, byId: 80 },
      [['agent', 81]],
    ],
    ['a case taken: nobody', 'ticket.assigned', { agentId: 80, byId: 80 }, []],
    ['a case given back: the desk', 'ticket.assigned', { byId: 80 }, [['desk', null]]],
    ['a closed case: the customer', 'ticket.closed', { byId: 80 }, [['customer', 11]]],
    ['another event: nobody', 'ticket.painted', {}, []],
  ]
  for (const [title, type, more, expected] of rows) {
    it(`tells about ${title}`, () => {
      expect(told(type, more)).to.deep.equal(expected)
    })
  }

  it('says how a return was decided', () => {
    const [notice] = noticesFor('ticket.closed', event({ kind: 'return', outcome: 'refunded' }))
    expect(notice?.subject).to.equal('Your return 5 was refunded')
  })
})

describe('readPayload', () => {
  it('reads what the outbox wrote, and nothing else', () => {
    const wire = {
      kind: 'query',
      id: 5,
      user_id: 11,
      ticket_id: 5,
      agent_id: null,
      by_id: 11,
      from_staff: false,
    }
    expect(readPayload(wire)).to.deep.equal(event())
    for (const bad of [{ kind: 'parcel' }, { id: '5' }, { from_staff: 1 }, { by_id: null }]) {
      expect(readPayload({ ...wire, ...bad })).to.equal(null)
    }
  })
})
