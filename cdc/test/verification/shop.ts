/**
 * A small shop in two schemas of one server, with a manifest between them and a stand-in for the
 * applier that copies changed rows through the mapping after a delay.
 *
 * @module
 */
import { type Manifest, parseManifest, type Row, type SqlValue } from '@matapalo/core'
import { type Db, type Param, sleep } from '@matapalo/runtime'
import { fromDriver } from '../../src/verification/pair.ts'
import { keyText, type Pair, type Store } from '../../src/verification.ts'

const manifestText = (source: string, target: string): string => `
domain: shop
upstream: shop
schemas: { source: ${source}, target: ${target} }
routes:
  - { path: /api/books, methods: [GET] }
tables:
  books:
    to:
      product:
        id: id
        isbn: isbn
        title: title
        price_cents: { from: price, minorUnits: 2 }
        status: { from: status, enum: { A: active, D: discontinued } }
        visible: { from: visible, boolean: YN }
        attributes: { from: attributes, json: true }
        created_at: { from: created, instant: America/Bogota }
      inventory: { product_id: id, quantity: stock }
  lines:
    to:
      line: { order_ref: ref, line_no: line, quantity: quantity }
`

const sourceTables = [
  `CREATE TABLE books (id INT UNSIGNED PRIMARY KEY AUTO_INCREMENT, isbn VARCHAR(20) NULL,
     title VARCHAR(300) NOT NULL, price DECIMAL(10,2) NOT NULL, status CHAR(1) NOT NULL,
     visible CHAR(1) NOT NULL, stock INT NOT NULL, attributes LONGTEXT NULL, created DATETIME NOT NULL)`,
  'CREATE TABLE `lines` (ref VARCHAR(64), line SMALLINT, quantity INT, PRIMARY KEY (ref, line))',
]

const targetTables = [
  `CREATE TABLE product (id INT UNSIGNED PRIMARY KEY AUTO_INCREMENT, isbn VARCHAR(20) NULL,
     title VARCHAR(300) NOT NULL, price_cents BIGINT NOT NULL,
     status ENUM('active','discontinued') NOT NULL, visible TINYINT(1) NOT NULL,
     attributes JSON NULL, created_at DATETIME NOT NULL)`,
  'CREATE TABLE inventory (product_id INT UNSIGNED PRIMARY KEY, quantity INT NOT NULL)',
  'CREATE TABLE line (order_ref VARCHAR(64), line_no SMALLINT, quantity INT, PRIMARY KEY (order_ref, line_no))',
]

/** Runs in the schema of `db`. */
export async function createTables(source: Db, target: Db, books: number): Promise<void> {
  for (const statement of sourceTables) await source.execute(statement)
  for (const statement of targetTables) await target.execute(statement)
  await source.execute(
    `INSERT INTO books (isbn, title, price, status, visible, stock, attributes, created)
     SELECT IF(seq % 7 = 0, NULL, CONCAT('978', seq)), CONCAT('Książka 書 ', seq), seq / 100,
       IF(seq % 5 = 0, 'D', 'A'), IF(seq % 3 = 0, 'N', 'Y'), seq % 90,
       IF(seq % 4 = 0, NULL, CONCAT('{"pages": ', seq, ', "tags": ["a", "é"]}')),
       '2026-01-01 00:00:00' + INTERVAL seq MINUTE FROM seq_1_to_${books}`,
  )
  await source.execute(
    "INSERT INTO `lines` SELECT CONCAT('order-', seq DIV 3), seq % 3, seq FROM seq_1_to_3000",
  )
}

export function manifestOf(source: string, target: string): Manifest {
  const parsed = parseManifest(manifestText(source, target), 'manifest.yaml')
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return parsed.manifest
}

const canonical = (row: Readonly<Record<string, string | number | Uint8Array | null>>): Row =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, fromDriver(value)]))

const asParam = (value: SqlValue | undefined): Param => value ?? null

/** Copies the row of one key as it is now; removes it where the source has none. */
export async function copyRow(
  source: Store,
  target: Store & { readonly db: Db },
  pair: Pair,
  key: Row,
): Promise<void> {
  const where = (names: readonly string[]): string =>
    names.map((name) => `\`${name}\` = ?`).join(' AND ')
  const { compiled } = pair
  const [row] = await source.db.query(
    `SELECT * FROM \`${source.schema}\`.\`${compiled.source}\` WHERE ${where(compiled.keyColumns)}`,
    compiled.keyColumns.map((name) => asParam(key[name])),
  )
  await target.db.transaction(async (session) => {
    if (row === undefined) {
      for (const { table, key: own } of compiled.forwardKey(key)) {
        await session.execute(
          `DELETE FROM \`${target.schema}\`.\`${table}\` WHERE ${where(Object.keys(own))}`,
          Object.values(own).map(asParam),
        )
      }
      return
    }
    for (const { table, row: mapped } of compiled.forward(canonical(row))) {
      const names = Object.keys(mapped)
      await session.execute(
        `REPLACE INTO \`${target.schema}\`.\`${table}\` (${names.map((n) => `\`${n}\``).join(', ')})
         VALUES (${names.map(() => '?').join(', ')})`,
        Object.values(mapped).map(asParam),
      )
    }
  })
}

export interface LateCopier {
  /** Say that a key has changed at the source. */
  changed(pair: Pair, key: Row): void
  /** Resolves when all that was said until now is copied. */
  settle(): Promise<void>
  stop(): Promise<void>
}

/** Each at least `delayMs` after it was said. */
export function startCopier(
  source: Store,
  target: Store & { readonly db: Db },
  delayMs: number,
): LateCopier {
  const queue: { pair: Pair; key: Row; at: number }[] = []
  let said = 0
  let done = 0
  let stopping = false
  const loop = async (): Promise<void> => {
    while (!stopping || queue.length > 0) {
      const due = queue.filter(({ at }) => at + delayMs <= performance.now()).slice(0, 50)
      // A key that changed twice is copied once, as it is now.
      const distinct = new Map(due.map((one) => [keyText(Object.keys(one.key), one.key), one]))
      await Promise.all(
        [...distinct.values()].map(({ pair, key }) => copyRow(source, target, pair, key)),
      )
      queue.splice(0, due.length)
      done += due.length
      await sleep(2)
    }
  }
  const running = loop()
  return {
    changed(pair, key) {
      queue.push({ pair, key, at: performance.now() })
      said += 1
    },
    async settle() {
      const wanted = said
      while (done < wanted) await sleep(3)
    },
    stop() {
      stopping = true
      return running
    },
  }
}
