/**
 * Requests that both servers are asked, one after the other. Add a line to add a case.
 *
 * @module
 */
export type Caller = 'nobody' | 'customer' | 'staff'

export interface Case {
  readonly as: Caller
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: unknown
}

const get = (path: string, as: Caller = 'nobody'): Case => ({ as, method: 'GET', path })
const send =
  (method: Case['method'], as: Caller = 'staff') =>
  (path: string, body?: unknown): Case => ({
    as,
    method,
    path,
    ...(body === undefined ? {} : { body }),
  })
const post = send('POST')
const put = send('PUT')
const patch = send('PATCH')
const remove = send('DELETE')

/** Before anything is written: every byte must agree. */
export const reads: readonly Case[] = [
  get('/api/books'),
  send('HEAD', 'nobody')('/api/books'),
  get('/api/books?page=2&per_page=7'),
  get('/api/books?page=14&per_page=100'),
  get('/api/books?page=500'),
  get('/api/books?sort=title&per_page=100'),
  get('/api/books?sort=title&per_page=100&page=2'),
  get('/api/books?sort=price&per_page=100'),
  get('/api/books?sort=-price&per_page=100'),
  get('/api/books?sort=&page=&per_page='),
  get('/api/books?sort=rating'),
  get('/api/books?page=0'),
  get('/api/books?page=501'),
  get('/api/books?per_page=101'),
  get('/api/books?page=1&page=x'),
  get('/api/books?page=x&page=1'),
  get('/api/books?unknown=1'),
  get('/api/books?category=nowhere'),
  get('/api/books?category=SHELF-1'),
  get('/api/books?category=shelf-1'),
  get('/api/books?category=shelf-1-2&sort=-price&q=th'),
  get('/api/books?q=a'),
  get('/api/books?q=%20%20'),
  get('/api/books?q=the'),
  get('/api/books?q=THE&sort=title'),
  get('/api/books?q=ca%25'),
  get('/api/books?q=%5C_'),
  get('/api/books?q=%C3%A1%C3%A9&sort=price'),
  get('/api/books?q=%E6%97%A5%E6%9C%AC'),
  get(`/api/books?q=${'x'.repeat(101)}`),
  get('/api/books/1'),
  get('/api/books/2'),
  get('/api/books/3'),
  get('/api/books/0'),
  get('/api/books/01'),
  get('/api/books/abc'),
  get('/api/books/999999'),
  get('/api/books/4294967296'),
  get('/api/books/1/stock'),
  get('/api/books/999999/stock'),
  get('/api/books/50/prices'),
  get('/api/books/1/prices'),
  get('/api/books/999999/prices'),
  get('/api/categories'),
  get('/api/categories?all=1'),
  get('/api/categories/nowhere/books'),
  get('/api/categories/nowhere/books?page=0'),
  get('/api/catalog/reservations/past-reservation-1'),
  get('/api/catalog/reservations/past-reservation-1', 'customer'),
  get('/api/catalog/reservations/past-reservation-1', 'staff'),
  get('/api/catalog/reservations/nothing', 'staff'),
  send('POST', 'nobody')('/api/books', {}),
  send('POST', 'customer')('/api/books', {}),
  send('PUT', 'customer')('/api/books/1/price', { price: '1.00' }),
  send('DELETE', 'nobody')('/api/books/1'),
  send('POST', 'nobody')('/api/catalog/reservations', { order_ref: 'x', items: [] }),
]

const book = { title: 'Ñandú 日本 📚', author: 'O’Hara', price: '12.50' }

/** Refused bodies of POST /api/books. */
const badBooks: readonly unknown[] = [
  undefined,
  [],
  {},
  { ...book, title: '' },
  { ...book, title: 'x'.repeat(301) },
  { ...book, title: 7 },
  { ...book, title: 'a\u0000b' },
  { ...book, title: 'a\ud800b' },
  { ...book, price: '12.505' },
  { ...book, price: -1 },
  { ...book, price: '100000000' },
  { ...book, price: null },
  { ...book, stock: -1 },
  { ...book, stock: 1.5 },
  { ...book, stock: 'many' },
  { ...book, stock: 1_000_001 },
  { ...book, status: 'X' },
  { ...book, featured: 'yes' },
  { ...book, attributes: [1] },
  { ...book, attributes: 'x' },
  { ...book, published: '2026-02-30' },
  { ...book, published: '0001-01-01' },
  { ...book, weight_g: 65_536 },
  { ...book, isbn: '1'.repeat(21) },
  { ...book, reference: 'has space' },
  { ...book, category_id: 999_999 },
  { ...book, category_id: 0 },
  { ...book, colour: 'red' },
]

/** In this order; each may depend on those before it. {new} is the book made first. */
export const writes: readonly Case[] = [
  ...badBooks.map((body) => post('/api/books', body)),
  post('/api/books', {
    ...book,
    isbn: '9780000000001',
    stock: 5,
    reference: 'parity-1',
    category_id: 1,
    attributes: { pages: 120, language: 'es', nested: { b: 1, a: [1, 2.5, null] } },
    published: '2020-02-29',
    weight_g: '350',
    featured: true,
    low_stock: 2,
  }),
  post('/api/books', { ...book, reference: 'parity-1' }),
  post('/api/books', { ...book, isbn: '9780000000001', reference: 'parity-2' }),
  post('/api/books', { ...book, price: 0.1, isbn: '', description: '', status: 'P' }),
  get('/api/books/{new}'),
  get('/api/books?q=9780000000001'),
  get('/api/books?q=%C3%B1and%C3%BA'),
  get('/api/books?per_page=3'),
  put('/api/books/{new}/price', { price: '13', reference: 'price-1' }),
  put('/api/books/{new}/price', { price: '14', reference: 'price-1' }),
  put('/api/books/{new}/price', { price: 13 }),
  put('/api/books/{new}/price', {}),
  put('/api/books/{new}/price', { price: '1', reference: '' }),
  put('/api/books/999999/price', { price: '1' }),
  get('/api/books/{new}/prices'),
  patch('/api/books/{new}', {}),
  patch('/api/books/{new}', { reference: 'x' }),
  patch('/api/books/{new}', { price: '1' }),
  patch('/api/books/{new}', { title: 'Renamed', status: 'D', attributes: null, published: null }),
  patch('/api/books/{new}', { low_stock: 9, weight_g: null, category_id: null, isbn: null }),
  patch('/api/books/{new}', { category_id: 999_999 }),
  patch('/api/books/999999', { title: 'x' }),
  post('/api/books/{new}/stock', { delta: 3, reference: 'stock-1' }),
  post('/api/books/{new}/stock', { delta: 3, reference: 'stock-1' }),
  post('/api/books/{new}/stock', { delta: -9, reference: 'stock-2' }),
  post('/api/books/{new}/stock', { delta: '-1' }),
  post('/api/books/{new}/stock', { delta: 0 }),
  post('/api/books/{new}/stock', {}),
  post('/api/books/999999/stock', { delta: 1 }),
  post('/api/catalog/reservations', {}),
  post('/api/catalog/reservations', { order_ref: 'o-1', items: [] }),
  post('/api/catalog/reservations', { order_ref: 'o-1', items: [{ book_id: 1 }] }),
  post('/api/catalog/reservations', {
    order_ref: 'o-1',
    items: [
      { book_id: '{new}', quantity: 1 },
      { book_id: '{new}', quantity: 1 },
    ],
  }),
  post('/api/catalog/reservations', {
    order_ref: 'o-1',
    items: [{ book_id: '{new}', quantity: 3 }],
  }),
  post('/api/catalog/reservations', {
    order_ref: 'o-1',
    items: [{ book_id: '{new}', quantity: '3' }],
  }),
  post('/api/catalog/reservations', {
    order_ref: 'o-1',
    items: [{ book_id: '{new}', quantity: 2 }],
  }),
  post('/api/catalog/reservations', {
    order_ref: 'o-2',
    items: [{ book_id: '{new}', quantity: 999 }],
  }),
  post('/api/catalog/reservations', {
    order_ref: 'o-2',
    items: [{ book_id: 999_999, quantity: 1 }],
  }),
  post('/api/catalog/reservations', {
    order_ref: 'o-2',
    ttl_s: 86_400,
    items: [{ book_id: '{new}', quantity: 1 }],
  }),
  get('/api/books/{new}/stock'),
  get('/api/catalog/reservations/o-1', 'staff'),
  post('/api/catalog/reservations/o-1/confirm'),
  post('/api/catalog/reservations/o-1/confirm'),
  post('/api/catalog/reservations/o-1/cancel'),
  post('/api/catalog/reservations/o-2/cancel'),
  post('/api/catalog/reservations/o-2/cancel'),
  post('/api/catalog/reservations/o-2/confirm'),
  post('/api/catalog/reservations', {
    order_ref: 'o-2',
    items: [{ book_id: '{new}', quantity: 1 }],
  }),
  post('/api/catalog/reservations/past-reservation-2/confirm'),
  post('/api/catalog/reservations/past-reservation-2/cancel'),
  post('/api/catalog/reservations/nothing/confirm'),
  get('/api/books/{new}'),
  remove('/api/books/{new}'),
  remove('/api/books/{second}'),
  remove('/api/books/{second}'),
  get('/api/books/{second}/prices'),
  post('/api/categories', { name: 'Café & Té' }),
  post('/api/categories', { name: 'Café Té' }),
  post('/api/categories', { name: '日本' }),
  post('/api/categories', { name: 'Hidden', slug: 'hidden-one', parent_id: 1, visible: false }),
  post('/api/categories', { name: 'x', slug: 'Not-A-Slug' }),
  post('/api/categories', { name: 'x', parent_id: 999_999 }),
  post('/api/categories', {}),
  patch('/api/categories/{category}', { position: 7, name: 'Tea', parent_id: 1 }),
  patch('/api/categories/{category}', { parent_id: '{category}' }),
  patch('/api/categories/{category}', {}),
  patch('/api/categories/999999', { name: 'x' }),
  patch('/api/categories/1', { slug: 'cafe-te' }),
  get('/api/categories?all=1'),
  remove('/api/categories/1'),
  remove('/api/categories/{category}'),
  remove('/api/categories/{category}'),
  get('/api/categories'),
]
