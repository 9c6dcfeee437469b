/**
 * Requests that both servers are asked, one after the other. Add a line to add a case.
 *
 * `{own}`, `{others}`: orders of the customer and of somebody else; `{new}`: the last order made.
 *
 * @module
 */
export type Caller = 'nobody' | 'customer' | 'other' | 'staff'

export interface Case {
  readonly as: Caller
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** As the providers sign their callbacks. */
  readonly signed?: boolean
}

const get = (path: string, as: Caller = 'customer'): Case => ({ as, method: 'GET', path })
const remove = (path: string, as: Caller = 'customer'): Case => ({ as, method: 'DELETE', path })
const post = (path: string, body?: unknown, as: Caller = 'customer'): Case => ({
  as,
  method: 'POST',
  path,
  body,
})
const put = (path: string, body?: unknown, as: Caller = 'customer'): Case => ({
  as,
  method: 'PUT',
  path,
  body,
})

const everybody: readonly Caller[] = ['nobody', 'customer', 'other', 'staff']
const paths = [
  '/api/cart',
  '/api/orders',
  '/api/orders/{own}',
  '/api/orders/{own}/tracking',
  '/api/orders/{others}',
  '/api/orders/{others}/tracking',
]
const oddIds = ['0', '-1', '1.5', '01', 'x', '99999999', '4294967295', '4294967296', '%20', '1%27']

export const reads: readonly Case[] = [
  ...everybody.flatMap((as) => paths.map((path) => get(path, as))),
  ...oddIds.flatMap((id) => [get(`/api/orders/${id}`), get(`/api/orders/${id}/tracking`, 'staff')]),
  ...Array.from({ length: 30 }, (_, at) => get(`/api/orders/${at * 2 + 1}`, 'staff')),
  get('/api/orders?page=2&nonsense=1'),
  { as: 'customer', method: 'HEAD', path: '/api/orders' },
  get('/api/order'),
  { as: 'customer', method: 'PATCH', path: '/api/orders/{own}', body: {} },
]

const shipping = {
  name: 'Ana García',
  street: 'Calle 1 # 2-3',
  city: 'Bogotá',
  postcode: '110111',
  country: 'CO',
}
const order = (reference: unknown, more: object = {}): Case =>
  post('/api/orders', {
    reference,
    shipping,
    payment: { method: 'card', card_last4: '4242' },
    ...more,
  })
const status = (value: unknown, more: object = {}, as: Caller = 'staff'): Case =>
  put('/api/orders/{new}/status', { status: value, ...more }, as)
const add = (book_id: unknown, quantity?: unknown, more: object = {}): Case =>
  post('/api/cart/items', { book_id, ...(quantity === undefined ? {} : { quantity }), ...more })
const faulty = (field: string, value: unknown): Case =>
  order('faulty', { shipping: { ...shipping, [field]: value } })

const event = '00000000-0000-4000-8000-000000000000'
const callback = (of: string, body: object, signed = true): Case => ({
  ...post(`/api/${of}`, { event, ...body }, 'nobody'),
  signed,
})
const pay = (payment: unknown, more: object = {}, signed = true): Case =>
  callback(
    'payments/callbacks/simulated',
    { kind: 'charge', payment, outcome: 'succeeded', ...more },
    signed,
  )
const carry = (order: unknown, outcome: unknown, more: object = {}): Case =>
  callback('shipping/callbacks/simulated', { order, outcome, tracking_number: 'T-1', ...more })
/** A provider's next event. */
const next = (last: number) => ({ event: event.replace(/0$/, String(last)) })

export const writes: readonly Case[] = [
  // Carts
  post('/api/cart/items', { book_id: 1 }, 'nobody'),
  remove('/api/cart'),
  add(2, 3),
  add(2, '4', { reference: 'taken-and-ignored' }),
  add('3'),
  add(2, 98),
  add(999_999),
  add(0),
  add(-1),
  add('x'),
  add(null),
  add(4_294_967_296),
  add(1, 0),
  add(1, 100),
  add(1, 1.5),
  add(1, null),
  add(1, 1, { colour: 'red' }),
  post('/api/cart/items', {}),
  post('/api/cart/items', []),
  post('/api/cart/items'),
  {
    as: 'customer',
    method: 'POST',
    path: '/api/cart/items',
    headers: { 'content-type': 'text/plain' },
    body: 'x',
  },
  get('/api/cart'),
  put('/api/cart/items/2', { quantity: 5 }),
  put('/api/cart/items/3', { quantity: '0' }),
  put('/api/cart/items/3', { quantity: 2 }),
  put('/api/cart/items/999999', { quantity: 2 }),
  put('/api/cart/items/x', { quantity: 2 }),
  put('/api/cart/items/2', { quantity: -1 }),
  put('/api/cart/items/2', { quantity: 100 }),
  put('/api/cart/items/2', {}),
  put('/api/cart/items/2', { quantity: 2, colour: 'red' }),
  put('/api/cart/items/2', { quantity: 2 }, 'nobody'),
  remove('/api/cart/items/3'),
  remove('/api/cart/items/999999'),
  remove('/api/cart/items/0'),
  remove('/api/cart/items/2', 'nobody'),
  get('/api/cart', 'other'),
  // Checkout: what is refused
  post('/api/orders', {}),
  post('/api/orders', { reference: 'x' }),
  post('/api/orders', { reference: 'p-1', shipping }, 'nobody'),
  order(''),
  order('with space'),
  order(7),
  order('x'.repeat(65)),
  order('colour', { colour: 'red' }),
  order('gift', { gift: 'yes' }),
  order('gift', { gift: null }),
  order('note', { note: 'n'.repeat(501) }),
  order('note', { note: 7 }),
  faulty('name', ''),
  faulty('name', 'n'.repeat(201)),
  faulty('name', undefined),
  faulty('street', null),
  faulty('city', 'c'.repeat(121)),
  faulty('postcode', 'p'.repeat(21)),
  faulty('country', 'co'),
  faulty('country', 'COL'),
  faulty('country', undefined),
  faulty('phone', 7),
  faulty('method', 'drone'),
  faulty('colour', 'red'),
  order('pay', { payment: { method: 'gold' } }),
  order('pay', { payment: { method: 'card', card_last4: '42' } }),
  order('pay', { payment: { method: 'card', card_last4: 4242 } }),
  order('pay', { payment: { colour: 'red' } }),
  order('ship', { shipping: 'here' }),
  // Checkout: what is sold
  order('p-1'),
  order('p-1'),
  order('p-2'),
  get('/api/cart'),
  add(4),
  add(5, 2),
  { ...order('p-1'), as: 'other' },
  // The fourth book is sold out.
  order('p-3'),
  remove('/api/cart/items/4'),
  order('p-3', { gift: true, note: '<script>alert("x")</script> \'; DROP TABLE books; --' }),
  get('/api/orders/{new}'),
  get('/api/orders/{new}/tracking'),
  get('/api/orders/{new}', 'other'),
  status('paid'),
  status('packed', { detail: 'on the table' }),
  status('packed'),
  status('paid'),
  status('shipped', { tracking_number: 'TRK-1', reference: 'ignored' }),
  status('delivered', { detail: '' }),
  status('cancelled'),
  status('returned', { detail: 'wet' }),
  status('nonsense'),
  status(undefined),
  status('packed', { colour: 'red' }),
  status('packed', { tracking_number: 't'.repeat(41) }),
  status('packed', { detail: 7 }),
  status('packed', {}, 'customer'),
  status('packed', {}, 'nobody'),
  put('/api/orders/999999/status', { status: 'packed' }, 'staff'),
  put('/api/orders/x/status', { status: 'packed' }, 'staff'),
  get('/api/orders/{new}/tracking', 'staff'),
  add(7),
  order('p-4', { payment: { method: 'transfer' }, shipping: { ...shipping, method: 'express' } }),
  status('paid'),
  get('/api/orders/{new}/tracking'),
  add(8),
  order('p-5', {
    payment: { method: 'cash' },
    shipping: { ...shipping, method: 'pickup', phone: '' },
  }),
  status('cancelled', { detail: 'changed their mind' }),
  status('packed'),
  add(9),
  order('p-6', {
    payment: { method: null },
    shipping: { ...shipping, method: null, postcode: null },
  }),
  add(10),
  order('p-7', { payment: null }),
  // More than there are.
  add(11, 99),
  order('p-8'),
  get('/api/cart'),
  put('/api/cart/items/11', { quantity: 1 }),
  order('p-8'),
  get('/api/orders'),
  get('/api/orders', 'staff'),
  // Callbacks of providers
  pay('p-8', {}, false),
  pay('p-9'),
  pay('with space'),
  pay('p-8', { outcome: 'perhaps' }),
  pay('p-8', { kind: 'refund' }),
  pay('p-8', { event: 'x' }),
  pay('p-8', { colour: 'red' }),
  callback('payments/callbacks/somebody', { kind: 'charge', payment: 'p-8', outcome: 'declined' }),
  callback('shipping/callbacks/somebody', {
    order: 'p-8',
    outcome: 'shipped',
    tracking_number: 'T',
  }),
  // Paid at once, and by transfer: nothing is waited for.
  pay('p-8', next(1)),
  pay('p-8', { ...next(2), outcome: 'declined' }),
  pay('p-4', next(3)),
  carry('p-9', 'shipped'),
  carry('p-8', 'lost'),
  carry('p-8', 'shipped', { tracking_number: 'T 1' }),
  carry('p-8', 'shipped', next(4)),
  status('packed'),
  carry('p-8', 'delivered', next(5)),
  carry('p-8', 'shipped', next(6)),
  get('/api/orders/{new}', 'staff'),
  get('/api/orders/{new}/tracking', 'staff'),
]
