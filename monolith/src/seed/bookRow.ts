/**
 * The books that the seed makes up.
 *
 * @module
 */
import { bookAuthor, bookDescription, bookTitle } from './names.ts'
import { day, moment, random } from './random.ts'

export const bookColumnNames = [
  'id',
  'isbn',
  'title',
  'author',
  'description',
  'category_id',
  'price',
  'status',
  'stock',
  'low_stock',
  'sold',
  'is_featured',
  'attributes',
  'published',
  'weight_g',
  'cover_url',
  'cover_cache',
  'created',
  'updated',
] as const
type Column = (typeof bookColumnNames)[number]
export type SeedBook = Readonly<Record<Column, string | number | null>>

/** A valid ISBN-13 of the 979-9 range, which no publisher has. */
export function madeIsbn(number: number): string {
  const digits = `9799${String(number).padStart(8, '0')}`
  const sum = [...digits].reduce((all, digit, at) => all + Number(digit) * (at % 2 ? 3 : 1), 0)
  return `${digits}${(10 - (sum % 10)) % 10}`
}

export function madePrice(number: number): string {
  if (number % 5_000 === 103) return '0.00'
  if (number % 5_000 === 104) return '0.01'
  if (number % 5_000 === 105) return '99999999.99'
  const from = random('price', number)
  return `${4 + from.under(90)}.${String(from.under(100)).padStart(2, '0')}`
}

/** Two of a hundred are sold out or nearly; that keeps the restocking job busy. */
export function madeStock(number: number): number {
  const from = random('stock', number)
  if (number % 20_000 === 21) return 2_000_000_000
  if (from.chance(100)) return 0
  if (from.chance(100)) return 1 + from.under(2)
  return 20 + from.under(480)
}

function attributes(number: number): string | null {
  const from = random('attributes', number)
  if (from.chance(12)) return null
  if (from.chance(40)) return '{}'
  if (from.chance(200))
    return '{"note":"señal \\u00e9 📚 \\"x\\"","deep":{"list":[1,2.50,null,true]}}'
  const language = from.pick(['es', 'en', 'de', 'ru', 'ja', 'ar', 'he', 'hi', 'zh', 'ko', 'pt'])
  return JSON.stringify({ pages: 40 + from.under(1200), language, year: 1900 + from.under(126) })
}

function published(number: number): string | null {
  const from = random('published', number)
  if (from.chance(10)) return null
  if (number % 5_000 === 8) return '1000-01-01'
  if (number % 5_000 === 9) return '9999-12-31'
  return day(from.chance(20) ? 1455 + from.under(400) : 1900 + from.under(126), from)
}

export function madeBook(number: number, categories: number, sold: number): SeedBook {
  const from = random('book', number)
  const created = moment(from)
  const cover = from.chance(3) ? null : `https://covers.bookshop.test/${number}.jpg`
  return {
    id: number,
    isbn: number % 14 === 0 ? null : madeIsbn(number),
    title: bookTitle(from, number),
    author: bookAuthor(from, number),
    description: bookDescription(from, number),
    category_id: from.chance(25) ? null : 1 + from.under(categories),
    price: madePrice(number),
    status: from.chance(30) ? 'D' : from.chance(50) ? 'P' : 'A',
    stock: madeStock(number),
    low_stock: from.chance(20) ? 10 : 3,
    sold,
    is_featured: from.chance(200) ? 1 : 0,
    attributes: attributes(number),
    published: published(number),
    weight_g: number % 5_000 === 10 ? 65_535 : from.chance(8) ? null : 60 + from.under(1500),
    cover_url: cover,
    cover_cache: cover === null ? null : `/cache/${number % 100}/${number}.jpg`,
    created,
    updated: created,
  }
}
