/**
 * What a whole shop answers, every text of it made by `say`.
 *
 * @module
 */
import type { Answers } from './fakeShop.ts'

type Say = (plain: string) => string

const instant = '2026-11-21T18:05:09-05:00'

const book = (say: Say) => ({
  id: 7,
  isbn: say('978'),
  title: say('Title'),
  author: say('Author'),
  description: say('Words'),
  category_id: 2,
  price: say('12.50'),
  // What a form chooses among, and what the address names, stays.
  status: 'A',
  stock: 3,
  low_stock: 1,
  featured: true,
  published: say('1967-05-30'),
  weight_g: 300,
})

const category = (say: Say, id: number, children: readonly object[]) => ({
  id,
  parent_id: id === 1 ? null : 1,
  name: say('Shelf'),
  slug: id === 1 ? 'shelf' : say('below'),
  position: 1,
  visible: true,
  children,
})

const order = (say: Say) => ({
  id: 5,
  reference: say('ref-5'),
  status: say('paid'),
  total: say('20.00'),
  shipping_cost: say('4.90'),
  items: [{ line: 1, book_id: 7, title: say('Title'), quantity: 2, price: say('7.55') }],
  payment: { method: say('card'), status: say('paid') },
  shipping: {
    name: say('Ana'),
    street: say('Street'),
    city: say('City'),
    postcode: say('110'),
    country: say('CO'),
    tracking_number: say('T1'),
  },
  created: say(instant),
})

const message = (say: Say, from_staff: boolean) => ({
  id: 1,
  user_id: 1,
  reference: null,
  from_staff,
  body: say('Hello'),
  created: instant,
})

const ticket = (say: Say) => ({
  id: 3,
  order_id: 5,
  subject: say('Subject'),
  status: say('open'),
  messages: [message(say, true), message(say, false)],
})

/** Closed sets and instants stay: the document of support refuses other ones. */
export const supportCase = (say: Say) => ({
  kind: 'query',
  id: 3,
  ticket_id: 3,
  user_id: 1,
  order_id: 5,
  subject: say('Subject'),
  state: 'open',
  urgent: true,
  agent: null,
  created: instant,
})

export const caseView = (say: Say) => ({
  ...supportCase(say),
  words: say('Words'),
  details: { rating: 4, book_id: 7 },
  claimed_order_id: 6,
  messages: [message(say, false)],
  bot: { question: say('Q'), topic: say('t'), answer: say('A') },
  customer: { id: 1, name: say('Ana'), email: say('a@b.test'), active: true },
  orders: [
    {
      id: 5,
      reference: say('ref'),
      status: say('paid'),
      total: say('1.00'),
      created: say(instant),
      items: [],
    },
  ],
  missing: [],
})

export const botAnswer = (say: Say) => ({
  id: 9,
  question: say('Where?'),
  topic: say('order_status'),
  answer: say('There.'),
  handed_over: false,
  ticket_id: null,
  missing: [],
})

export const shopAnswers = (say: Say): Answers => ({
  'GET /api/session': {
    user: { id: 1, name: say('Ana'), email: say('a@b.test'), roles: ['staff', 'agent', say('x')] },
  },
  'GET /api/cart': {
    items: [
      {
        book_id: 7,
        title: say('Title'),
        price: say('1.00'),
        stock: 1,
        quantity: 2,
        line_total: say('2.00'),
      },
    ],
    total: say('2.00'),
  },
  'GET /api/categories': { items: [category(say, 1, [category(say, 2, [])])] },
  'GET /api/books': { items: [book(say)], page: 2, per_page: 1, total: 9 },
  'GET /api/catalog/search': {
    items: [book(say)],
    page: 2,
    per_page: 1,
    total: 9,
    complete: false,
  },
  'GET /api/categories/*': { items: [book(say)], page: 1, per_page: 20, total: 1 },
  'GET /api/books/7': book(say),
  'GET /api/support/books/7/feedback': {
    items: [{ rating: 4, body: say('Good'), name: say('Ben') }],
    missing: [],
  },
  'GET /api/orders': { items: [order(say)] },
  'GET /api/orders/5': order(say),
  'GET /api/orders/5/tracking': {
    events: [{ status: say('paid'), detail: say('d'), at: say(instant) }],
  },
  'GET /api/payment-methods': {
    payment: [say('card')],
    shipping: [{ method: say('standard'), cost: say('4.90') }],
  },
  'GET /api/profile': {
    email: say('a@b.test'),
    name: say('Ana'),
    phone: say('1'),
    street: say('Street'),
    city: say('City'),
    postcode: say('110'),
    country: say('CO'),
  },
  'GET /api/preferences': { newsletter: true, prefs: {} },
  'GET /api/tickets': { items: [ticket(say)] },
  'GET /api/tickets/3': ticket(say),
  'GET /api/returns': { items: [{ order_id: 5, line: 1, status: say('asked') }] },
  'GET /api/support/topics': { items: [{ topic: say('t'), example: say('Where?') }] },
  'GET /api/support/cases': { items: [supportCase(say)], next: 2 },
  'GET /api/support/cases/query/3': caseView(say),
  'GET /api/support/agents': { items: [{ id: 4, name: say('Zoe'), cases: 2, seen: instant }] },
  'POST /api/support/questions': botAnswer(say),
  'POST /api/support/cases/query/3/*': supportCase(say),
})

/** Every page that can be looked at. */
export const paths = [
  '/',
  '/books/7',
  '/search?q=abc',
  '/find?q=abc&available=1',
  '/category/shelf',
  '/cart',
  '/checkout',
  '/orders',
  '/orders/5',
  '/login?next=/cart',
  '/account',
  '/account/forgot',
  '/account/reset?token=abc',
  '/account/verify?token=abc',
  '/support?order=5',
  '/support/3',
  '/assistant',
  '/desk?kind=query',
  '/desk/query/3',
  '/catalogue?q=abc',
  '/catalogue/new',
  '/catalogue/books/7',
  '/catalogue/categories',
  '/no/such/page',
] as const
