/**
 * Requests that both servers are asked, one after the other. Add a line to add a case.
 *
 * @module
 */
/** Whose cookie goes along; `new` is the account that was registered last. */
export type Caller = 'nobody' | 'customer' | 'staff' | 'new' | 'broken'

export interface Case {
  readonly as: Caller
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  /** Sent as it is, with this content type. */
  readonly raw?: { readonly type: string; readonly text: string }
}

const get = (path: string, as: Caller = 'nobody'): Case => ({ as, method: 'GET', path })
const send =
  (method: Case['method'], as: Caller) =>
  (path: string, body?: unknown): Case => ({
    as,
    method,
    path,
    ...(body === undefined ? {} : { body }),
  })
const post = send('POST', 'nobody')
const put = send('PUT', 'customer')
const text = (path: string, type: string, text: string): Case => ({
  as: 'customer',
  method: path === '/api/login' ? 'POST' : 'PUT',
  path,
  raw: { type, text },
})

const callers: readonly Caller[] = ['nobody', 'customer', 'staff', 'broken']
const person = { email: 'Neu@Example.TEST', name: 'Ñandú 日本 📚', password: 'geheim' }

const registrations: readonly unknown[] = [
  undefined,
  {},
  [],
  'text',
  { ...person, email: '' },
  { ...person, email: 'no-at-sign' },
  { ...person, email: 'two words@example.test' },
  { ...person, email: `${'x'.repeat(180)}@example.test` },
  { ...person, email: 7 },
  { ...person, name: '' },
  { ...person, name: 'x'.repeat(201) },
  { ...person, name: null },
  { ...person, password: 'short' },
  { ...person, password: 'x'.repeat(201) },
  { ...person, name: 'a\u0000b' },
  { ...person, password: 'abc\ud800def' },
]

const logins: readonly unknown[] = [
  undefined,
  {},
  { email: 'customer3@bookshop.test' },
  { email: 'customer3@bookshop.test', password: '' },
  { email: 'customer3@bookshop.test', password: 'wrong' },
  { email: 'customer3@bookshop.test', password: 3 },
  { email: 'nobody@bookshop.test', password: 'secret-3' },
  { email: '', password: 'secret-3' },
  { email: 'x'.repeat(191), password: 'secret-3' },
  { email: "' OR 1=1 -- ", password: "' OR 1=1 -- " },
  { email: '  CUSTOMER3@bookshop.test ', password: 'secret-3' },
  { email: 'customer3@bookshop.test', password: 'secret-3', remember: true },
]

const profiles: readonly unknown[] = [
  undefined,
  {},
  { name: '' },
  { name: null },
  { name: 'x'.repeat(201) },
  { name: 7 },
  { email: 'mine@example.test' },
  { role: 'staff' },
  { country: 'COL' },
  { phone: 'x'.repeat(41) },
  {
    name: '<b>Ana</b>',
    phone: '',
    street: "L'Aquila",
    city: '東京',
    postcode: null,
    country: 'JP',
  },
  { phone: '+57 300 1' },
]

const preferences: readonly unknown[] = [
  {},
  { newsletter: 'Y' },
  { newsletter: null },
  { newsletter: true },
  { prefs: 'dark' },
  { prefs: null },
  { prefs: [1, 2] },
  { prefs: { theme: 'dark', deep: { a: [1, 2.5, null, 'ñ'] } } },
  { prefs: { much: 'x'.repeat(10_000) } },
  { colour: 'red' },
]

/** In this order; each may depend on those before it. */
export const cases: readonly Case[] = [
  ...callers.flatMap((as) => [
    get('/api/session', as),
    get('/api/profile', as),
    get('/api/preferences', as),
  ]),
  send('HEAD', 'customer')('/api/session'),
  send('PUT', 'nobody')('/api/profile', {}),
  send('PUT', 'broken')('/api/preferences', {}),
  get('/api/login'),
  get('/api/nothing'),
  ...registrations.map((body) => post('/api/register', body)),
  post('/api/register', person),
  post('/api/register', { ...person, email: 'neu@example.test' }),
  get('/api/session', 'new'),
  get('/api/profile', 'new'),
  get('/api/preferences', 'new'),
  ...logins.map((body) => post('/api/login', body)),
  post('/api/login', { email: 'neu@example.test', password: 'geheim' }),
  ...profiles.map((body) => put('/api/profile', body)),
  get('/api/profile', 'customer'),
  ...preferences.map((body) => put('/api/preferences', body)),
  get('/api/preferences', 'customer'),
  text('/api/profile', 'text/plain', 'name=x'),
  text('/api/profile', 'application/x-www-form-urlencoded', 'name=x'),
  text('/api/profile', 'application/json', '{"name":'),
  text('/api/login', 'application/json', `{"email":"${'x'.repeat(110_000)}"}`),
  send('POST', 'new')('/api/logout'),
  send('POST', 'new')('/api/logout', {}),
  get('/api/session', 'new'),
  get('/api/profile', 'new'),
  send('POST', 'nobody')('/api/logout'),
  send('POST', 'broken')('/api/logout'),
]
