/**
 * A small domain for feed tests: one source table that becomes two, one that stays one.
 *
 * @module
 */
import { type Manifest, parseManifest } from '@matapalo/core'
import type { Db } from '@matapalo/runtime'

export const shelfYaml = `
domain: shelf
upstream: catalog
schemas: { source: bookshop, target: catalog }
routes:
  - { path: /api/shelf, methods: [GET] }
tables:
  shelf_books:
    to:
      shelf_product:
        id: id
        isbn: isbn
        title: title
        price_cents: { from: price, minorUnits: 2 }
        status: { from: status, enum: { A: active, D: discontinued } }
        created_at: { from: created, instant: America/Bogota }
      shelf_stock: { product_id: id, quantity: stock, low: low }
    leave: { cache: derived }
  shelf_moves:
    to:
      shelf_move: { id: id, book_id: book_id, delta: delta, reference: reference }
  shelf_types:
    to:
      shelf_types:
        id: id
        big: big
        ubig: ubig
        exact: exact
        ratio: ratio
        day: day
        at: at
        at_micros: at_micros
        stamp: stamp
        clock: clock
        yr: yr
        flags: flags
        raw: raw
        fixed: fixed
        words: words
        small: small
        kind: kind
        doc: doc
`

const types = (schema: string): string =>
  `CREATE TABLE IF NOT EXISTS ${schema}.shelf_types (id BIGINT UNSIGNED NOT NULL PRIMARY KEY, big BIGINT NULL,
     ubig BIGINT UNSIGNED NULL, exact DECIMAL(30,10) NULL, ratio DOUBLE NULL, day DATE NULL,
     at DATETIME NULL, at_micros DATETIME(6) NULL, stamp TIMESTAMP(6) NULL, clock TIME(6) NULL,
     yr YEAR NULL, flags BIT(12) NULL, raw VARBINARY(40) NULL, fixed BINARY(8) NULL,
     words TEXT CHARSET utf8mb4 NULL, small VARCHAR(40) CHARSET latin1 NULL,
     kind ENUM('a','b','Ü') CHARSET utf8mb4 NULL, doc LONGTEXT CHARSET utf8mb4 NULL)`

const sourceDdl = [
  `CREATE TABLE IF NOT EXISTS bookshop.shelf_books (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
     isbn VARCHAR(20) NULL UNIQUE, title VARCHAR(300) NOT NULL, price DECIMAL(10,2) NOT NULL,
     status CHAR(1) NOT NULL, stock INT NOT NULL, low INT NOT NULL DEFAULT 3,
     created DATETIME NOT NULL, cache VARCHAR(100) NULL)`,
  `CREATE TABLE IF NOT EXISTS bookshop.shelf_moves (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
     book_id INT UNSIGNED NOT NULL, delta INT NOT NULL, reference VARCHAR(64) NOT NULL)`,
  types('bookshop'),
]
const targetDdl = [
  `CREATE TABLE IF NOT EXISTS catalog.shelf_product (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
     isbn VARCHAR(20) NULL UNIQUE, title VARCHAR(300) NOT NULL, price_cents BIGINT NOT NULL,
     status ENUM('active','discontinued','odd') NOT NULL, created_at DATETIME NOT NULL,
     badge VARCHAR(20) NOT NULL DEFAULT 'none')`,
  `CREATE TABLE IF NOT EXISTS catalog.shelf_stock (product_id INT UNSIGNED NOT NULL PRIMARY KEY,
     quantity INT NOT NULL, low INT NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS catalog.shelf_move (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
     book_id INT UNSIGNED NOT NULL, delta INT NOT NULL, reference VARCHAR(64) NOT NULL)`,
  types('catalog'),
]

export function shelfManifest(yaml = shelfYaml): Manifest {
  const parsed = parseManifest(yaml, 'shelf.yaml')
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return parsed.manifest
}

/** Both `Db`s may create tables. */
export async function createShelf(monolith: Db, services: Db): Promise<void> {
  for (const statement of sourceDdl) await monolith.execute(statement)
  for (const statement of targetDdl) await services.execute(statement)
}

/** What must be in the target, computed in plain SQL over the source, as one comparable text. */
export const sourceDigest = async (monolith: Db): Promise<string> =>
  digest(monolith, [
    `SELECT COUNT(*) AS n, COALESCE(BIT_XOR(CRC32(CONCAT_WS('|', id, COALESCE(isbn, '-'), title,
       CAST(price * 100 AS SIGNED), ELT(FIELD(status, 'A', 'D', 'X'), 'active', 'discontinued', 'odd'),
       created + INTERVAL 5 HOUR, stock, low))), 0) AS x FROM bookshop.shelf_books`,
    `SELECT COUNT(*) AS n, COALESCE(BIT_XOR(CRC32(CONCAT_WS('|', id, book_id, delta, reference))), 0) AS x
     FROM bookshop.shelf_moves`,
  ])

export const targetDigest = async (services: Db): Promise<string> =>
  digest(services, [
    `SELECT COUNT(*) AS n, COALESCE(BIT_XOR(CRC32(CONCAT_WS('|', id, COALESCE(isbn, '-'), title,
       price_cents, status, created_at, quantity, low))), 0) AS x
     FROM catalog.shelf_product LEFT JOIN catalog.shelf_stock ON product_id = id`,
    `SELECT COUNT(*) AS n, COALESCE(BIT_XOR(CRC32(CONCAT_WS('|', id, book_id, delta, reference))), 0) AS x
     FROM catalog.shelf_move`,
  ])

async function digest(db: Db, queries: readonly string[]): Promise<string> {
  const parts: string[] = []
  for (const query of queries) {
    const [row] = await db.query(query)
    parts.push(`${row?.n}/${row?.x}`)
  }
  return parts.join(' ')
}
