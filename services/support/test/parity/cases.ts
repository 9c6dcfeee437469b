/**
 * Requests that both servers are asked, one after the other. Add a line to add a case.
 *
 * `{ticket}`, `{second}` and `{theirs}` stand for what earlier cases made: the first customer's tickets
 * and another customer's. `{order}` is an order of the first customer, `{foreign}` somebody else's.
 *
 * @module
 */
export type Caller = 'nobody' | 'customer' | 'other' | 'staff'

export interface Case {
  readonly as: Caller
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  /** What the answer's id is called from here on. */
  readonly names?: string
}

const get = (path: string, as: Caller = 'customer'): Case => ({ as, method: 'GET', path })
const post = (path: string, body?: unknown, as: Caller = 'customer', names?: string): Case => ({
  as,
  method: 'POST',
  path,
  ...(body === undefined ? {} : { body }),
  ...(names === undefined ? {} : { names }),
})
const remove = (path: string, as: Caller = 'staff'): Case => ({ as, method: 'DELETE', path })

const ask = { subject: 'Where is my order?', body: 'It has been two weeks.' }
const long = (length: number): string => 'ñ'.repeat(length)

const tickets = (more: object, as?: Caller): Case =>
  post('/api/tickets', { ...ask, ...more }, as ?? 'customer')
const back = (more: object, as?: Caller): Case =>
  post('/api/returns', { order_id: '{order}', line: 1, quantity: 1, reason: 'torn', ...more }, as)

export const cases: readonly Case[] = [
  // Nobody
  get('/api/tickets', 'nobody'),
  get('/api/tickets/1', 'nobody'),
  post('/api/tickets', ask, 'nobody'),
  post('/api/tickets/1/messages', { body: 'x' }, 'nobody'),
  remove('/api/tickets/1', 'nobody'),
  get('/api/returns', 'nobody'),
  post('/api/returns', {}, 'nobody'),
  post('/api/complaints', {}, 'nobody'),
  post('/api/feedback', {}, 'nobody'),

  // Seeded rows, as they are
  get('/api/tickets'),
  get('/api/tickets', 'other'),
  get('/api/tickets', 'staff'),
  get('/api/returns'),
  get('/api/returns', 'staff'),
  { as: 'customer', method: 'HEAD', path: '/api/tickets' },
  get('/api/tickets/0'),
  get('/api/tickets/-1'),
  get('/api/tickets/01'),
  get('/api/tickets/abc'),
  get('/api/tickets/99999999999'),
  get('/api/tickets/4294967295'),
  get('/api/tickets/1%27%20OR%201=1'),
  { as: 'customer', method: 'PUT', path: '/api/tickets/1' },

  // Tickets
  post('/api/tickets', ask, 'customer', 'ticket'),
  post('/api/tickets', { ...ask, urgent: true, order_id: '{order}' }, 'customer', 'second'),
  post('/api/tickets', { ...ask, reference: 'theirs' }, 'other', 'theirs'),
  tickets({ order_id: '{orderText}' }),
  tickets({ order_id: null, reference: null }),
  tickets({ order_id: '{foreign}' }),
  tickets({ order_id: '{foreign}' }, 'staff'),
  tickets({ order_id: 2_147_483_647 }),
  tickets({ order_id: 2_147_483_648 }),
  tickets({ order_id: 0 }),
  tickets({ order_id: -1 }),
  tickets({ order_id: 1.5 }),
  tickets({ order_id: 'x' }),
  tickets({ order_id: true }),
  tickets({ order_id: [1] }),
  tickets({ urgent: 'yes' }),
  tickets({ urgent: null }),
  tickets({ subject: '' }),
  tickets({ subject: 1 }),
  tickets({ subject: null }),
  tickets({ subject: long(200) }),
  tickets({ subject: long(201) }),
  tickets({ subject: 'a\u0000b' }),
  tickets({ subject: 'a\ud800b' }),
  tickets({ subject: '👩‍👩‍👧 日本 <script>alert(1)</script>', body: "'; DROP TABLE tickets; --" }),
  tickets({ body: long(10_000) }),
  tickets({ body: long(10_001) }),
  tickets({ body: '' }),
  tickets({ status: 'closed' }),
  tickets({ user_id: 1 }),
  tickets({ reference: 'par-1' }),
  tickets({ reference: 'par-1', subject: 'again' }),
  tickets({ reference: 'PAR-1' }),
  tickets({ reference: 'par-1' }, 'other'),
  tickets({ reference: 'par-1' }, 'staff'),
  tickets({ reference: '' }),
  tickets({ reference: 'a b' }),
  tickets({ reference: 'x'.repeat(65) }),
  tickets({ reference: 7 }),
  post('/api/tickets', { subject: 'no body' }),
  post('/api/tickets', { body: 'no subject' }),
  post('/api/tickets', {}),
  post('/api/tickets'),
  post('/api/tickets', []),

  // Messages
  get('/api/tickets/{ticket}'),
  get('/api/tickets/{ticket}', 'other'),
  get('/api/tickets/{ticket}', 'staff'),
  post('/api/tickets/{ticket}/messages', { body: 'More about it' }),
  post('/api/tickets/{ticket}/messages', { body: 'We look', reference: 'ans-1' }, 'staff'),
  post('/api/tickets/{ticket}/messages', { body: 'We look', reference: 'ans-1' }, 'staff'),
  post('/api/tickets/{second}/messages', { body: 'elsewhere', reference: 'ans-1' }, 'staff'),
  post('/api/tickets/{ticket}/messages', { body: 'Not mine', reference: 'ans-1' }),
  get('/api/tickets/{ticket}'),
  post('/api/tickets/{ticket}/messages', { body: 'Thank you' }),
  get('/api/tickets/{ticket}', 'staff'),
  post('/api/tickets/{theirs}/messages', { body: 'intruding' }),
  get('/api/tickets/{theirs}'),
  post('/api/tickets/{ticket}/messages', { body: 'x', from_staff: true }),
  post('/api/tickets/{ticket}/messages', { body: '' }),
  post('/api/tickets/{ticket}/messages', {}),
  post('/api/tickets/nothing/messages', { body: 'x' }),
  post('/api/tickets/4000000000/messages', { body: 'x' }),

  // Returns
  back({}),
  back({ reference: 'ret-1' }),
  back({ reference: 'ret-1', reason: 'other words' }),
  back({ reference: 'ret-1' }, 'other'),
  back({ order_id: '{foreign}' }),
  back({ order_id: '{foreign}' }, 'staff'),
  back({ order_id: null }),
  back({ line: 1000 }),
  back({ line: 1001 }),
  back({ line: '1', quantity: '1' }),
  back({ quantity: 999 }),
  back({ quantity: 0 }),
  back({ quantity: 1000 }),
  back({ reason: '' }),
  back({ reason: long(500) }),
  back({ reason: long(501) }),
  back({ status: 'refunded' }),
  post('/api/returns', { order_id: '{order}', line: 1, quantity: 1 }),
  post('/api/returns', { line: 1, quantity: 1, reason: 'no order' }),
  get('/api/returns'),
  get('/api/returns', 'other'),

  // Complaints
  post('/api/complaints', { body: 'Too late' }),
  post('/api/complaints', { body: 'Too late', order_id: '{order}', reference: 'com-1' }),
  post('/api/complaints', { body: 'Too late', order_id: '{order}', reference: 'com-1' }),
  post('/api/complaints', { body: 'Too late', reference: 'com-1' }, 'other'),
  post('/api/complaints', { body: 'Not mine', order_id: '{foreign}' }),
  post('/api/complaints', { body: long(10_001) }),
  post('/api/complaints', { body: 'x', resolved: true }),
  post('/api/complaints', {}),

  // Feedback
  post('/api/feedback', { rating: 5 }),
  post('/api/feedback', { rating: '3', body: '', book_id: 3 }),
  post('/api/feedback', { rating: 1, body: 'Torn', book_id: '4', reference: 'fee-1' }),
  post('/api/feedback', { rating: 2, reference: 'fee-1' }),
  post('/api/feedback', { rating: 2, reference: 'fee-1' }, 'staff'),
  post('/api/feedback', { rating: 5, book_id: 4_000_000_000 }),
  post('/api/feedback', { rating: 5, book_id: 4_294_967_296 }),
  post('/api/feedback', { rating: 5, book_id: 0 }),
  post('/api/feedback', { rating: 0 }),
  post('/api/feedback', { rating: 6 }),
  post('/api/feedback', { rating: 4.5 }),
  post('/api/feedback', { rating: 5, body: null }),
  post('/api/feedback', { rating: 5, body: 7 }),
  post('/api/feedback', { rating: 5, stars: 5 }),
  post('/api/feedback', {}),

  // Deleting
  remove('/api/tickets/{second}', 'customer'),
  remove('/api/tickets/4000000000'),
  remove('/api/tickets/x'),
  get('/api/tickets', 'staff'),
  get('/api/tickets'),
]
