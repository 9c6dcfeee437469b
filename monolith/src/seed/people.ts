/**
 * Staff and customers with known passwords: customer7@bookshop.test has `secret-7`.
 *
 * @module
 */
import { passwordHash } from '../accounts/passwords.ts'
import { personName } from './names.ts'
import { moment, random } from './random.ts'

export type Cells = readonly (string | number | null)[]
export const userColumns = [
  'id',
  'email',
  'name',
  'salt',
  'password_hash',
  'phone',
  'street',
  'city',
  'postcode',
  'country',
  'active',
  'newsletter',
  'prefs',
  'created',
  'updated',
] as const

/** One of fifty is staff, at least one. */
export const staffOf = (users: number): number => Math.max(1, Math.floor(users / 50))

const cities = [
  ['Bogotá', 'CO'],
  ['Medellín', 'CO'],
  ['São Paulo', 'BR'],
  ['Reykjavík', 'IS'],
  ['Київ', 'UA'],
  ['東京', 'JP'],
  ['القاهرة', 'EG'],
  ['Αθήνα', 'GR'],
  ["L'Aquila", 'IT'],
  ['Łódź', 'PL'],
] as const

export function userRow(id: number, kind: 'staff' | 'customer', number: number): Cells {
  const from = random(kind, number)
  const salt = from.under(4_294_967_295).toString(16).padStart(16, '0')
  const [city, country] = from.pick(cities)
  const created = moment(from)
  const prefs = from.chance(4)
    ? null
    : JSON.stringify({ theme: from.pick(['light', 'dark']), per_page: from.pick([20, 50]) })
  return [
    id,
    `${kind}${number}@bookshop.test`,
    from.chance(100) ? '名'.repeat(200) : personName(from),
    salt,
    passwordHash(salt, `secret-${number}`),
    from.chance(3) ? null : `+57 300 ${1_000_000 + from.under(8_999_999)}`,
    `Calle ${1 + from.under(180)} #${1 + from.under(99)}-${1 + from.under(99)}`,
    city,
    from.chance(5) ? null : String(10_000 + from.under(89_999)),
    country,
    'Y',
    from.chance(2) ? 'Y' : 'N',
    prefs,
    created,
    created,
  ]
}
