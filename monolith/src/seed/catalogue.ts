/**
 * Reads a real catalogue in CSV, such as the 10,000 books of goodbooks-10k.
 *
 * Its ISBN-10s lost their leading zeros in a spreadsheet and get them back; blank ones stay NULL.
 * Its ISBN-13s were ground to floating numbers there ("9.78e+12") and are not looked at. Prices and
 * stock are not in the file and are made up, the same in every run. A row that does not fit the
 * shop's columns is refused and named with its line.
 *
 * @module
 */
import { madePrice, madeStock, type SeedBook } from './bookRow.ts'
import { type CsvRecord, readCsv } from './csv.ts'
import { moment, random } from './random.ts'

export interface Refused {
  readonly line: number
  readonly reason: string
}
export interface Catalogue {
  readonly books: readonly SeedBook[]
  readonly refused: readonly Refused[]
}

const needed = ['isbn', 'authors', 'title'] as const
const length = (text: string) => [...text].length

/** The ISBN as printed on the book, null when blank; throws when it is none. */
export function cleanIsbn(given: string): string | null {
  const plain = given.replace(/[\s-]/g, '').toUpperCase()
  if (plain === '') return null
  if (/^\d{13}$/.test(plain)) return plain
  if (!/^\d{0,9}[\dX]$/.test(plain)) throw new TypeError(`isbn "${given}" is not an ISBN`)
  return plain.padStart(10, '0')
}

function attributesOf(year: string, language: string, original: string): string | null {
  const found: Record<string, unknown> = {}
  if (language !== '') found.language = language
  if (/^-?\d{1,4}(\.0)?$/.test(year)) found.year = Number.parseInt(year, 10)
  if (original !== '') found.original_title = original
  return Object.keys(found).length > 0 ? JSON.stringify(found) : null
}

export function readCatalogue(
  text: string,
  categories: number,
  soldOf: (id: number) => number = () => 0,
): Catalogue {
  const records = readCsv(text)
  const head = records.next()
  const names: readonly string[] = head.done ? [] : head.value.fields
  for (const name of needed) {
    if (!names.includes(name)) throw new TypeError(`the catalogue has no column "${name}"`)
  }
  const books: SeedBook[] = []
  const refused: Refused[] = []
  const isbnLines = new Map<string, number>()

  const read = (record: CsvRecord): SeedBook => {
    if (record.fields.length !== names.length) {
      throw new TypeError(`${record.fields.length} fields instead of ${names.length}`)
    }
    const field = (name: string) => record.fields[names.indexOf(name)]?.trim() ?? ''
    const isbn = cleanIsbn(field('isbn'))
    const earlier = isbn === null ? undefined : isbnLines.get(isbn)
    if (earlier !== undefined) throw new TypeError(`isbn ${isbn} is on line ${earlier} already`)
    for (const [name, most] of [
      ['title', 300],
      ['authors', 300],
      ['image_url', 300],
    ] as const) {
      const size = length(field(name))
      if (size > most) throw new TypeError(`${name} has ${size} characters, the shop holds ${most}`)
      if (size === 0 && name !== 'image_url') throw new TypeError(`${name} is blank`)
    }
    if (isbn !== null) isbnLines.set(isbn, record.line)
    const id = books.length + 1
    const from = random('catalogue', id)
    const cover = field('image_url') || null
    const created = moment(from)
    return {
      id,
      isbn,
      title: field('title'),
      author: field('authors'),
      description: null,
      category_id: 1 + from.under(categories),
      price: madePrice(id),
      status: 'A',
      stock: madeStock(id),
      low_stock: 3,
      sold: soldOf(id),
      is_featured: id % 250 === 1 ? 1 : 0,
      attributes: attributesOf(
        field('original_publication_year'),
        field('language_code'),
        field('original_title'),
      ),
      published: null,
      weight_g: 150 + from.under(900),
      cover_url: cover,
      cover_cache: cover === null ? null : `/cache/${id % 100}/${id}.jpg`,
      created,
      updated: created,
    }
  }

  for (const record of records) {
    if (record.fields.length === 1 && record.fields[0] === '') continue
    try {
      books.push(read(record))
    } catch (error) {
      refused.push({ line: record.line, reason: (error as Error).message })
    }
  }
  return { books, refused }
}
