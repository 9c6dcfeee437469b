/**
 * What only the service has: covers, the text index, what keeps messages exact (outbox, inbox,
 * idempotency), and a generation that grows with every change of what lists show.
 *
 * None of it has a counterpart in the old shop, so none of it is mapped, fenced or rolled back. Rows
 * name products without a foreign key, since a product may be written by a change feed in any order.
 *
 * @module
 */
import type { Knex } from 'knex'

const tables: readonly string[] = [
  `CREATE TABLE outbox (
    id CHAR(36) CHARACTER SET ascii NOT NULL,
    aggregatetype VARCHAR(40) NOT NULL,
    aggregateid VARCHAR(80) NOT NULL,
    type VARCHAR(60) NOT NULL,
    payload LONGTEXT NOT NULL,
    traceparent VARCHAR(80) NULL,
    request_id VARCHAR(80) NULL,
    created_at DATETIME(6) NOT NULL,
    PRIMARY KEY (id)
  )`,
  `CREATE TABLE inbox (
    consumer VARCHAR(40) NOT NULL,
    event_id CHAR(36) NOT NULL,
    handled_at DATETIME NOT NULL,
    PRIMARY KEY (consumer, event_id)
  )`,
  `CREATE TABLE idempotency (
    subject VARCHAR(80) NOT NULL,
    idempotency_key VARCHAR(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    request_hash CHAR(64) CHARACTER SET ascii NOT NULL,
    status SMALLINT NULL,
    answer LONGTEXT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (subject, idempotency_key),
    KEY idempotency_created (created_at)
  )`,
  `CREATE TABLE product_cover (
    product_id INT UNSIGNED NOT NULL,
    content_type VARCHAR(40) CHARACTER SET ascii NOT NULL,
    sha256 CHAR(64) CHARACTER SET ascii NOT NULL,
    octets MEDIUMBLOB NOT NULL,
    uploaded_by INT NULL,
    updated_at DATETIME NOT NULL,
    PRIMARY KEY (product_id)
  )`,
  // A copy of the words, not an index on product: rows of a change feed must not pay for it.
  `CREATE TABLE product_text (
    product_id INT UNSIGNED NOT NULL,
    title VARCHAR(300) NOT NULL,
    author VARCHAR(300) NOT NULL,
    description TEXT NULL,
    PRIMARY KEY (product_id),
    FULLTEXT KEY product_text_words (title, author, description)
  )`,
  `CREATE TABLE text_sweep (
    id TINYINT NOT NULL,
    swept_to INT UNSIGNED NOT NULL,
    seen_most INT UNSIGNED NOT NULL,
    next_at DATETIME(3) NOT NULL,
    completed_at DATETIME NULL,
    PRIMARY KEY (id)
  )`,
  // Several slots, so that writers seldom queue for one; the generation is their sum.
  `CREATE TABLE listing_generation (
    part ENUM('category','product') NOT NULL,
    slot TINYINT UNSIGNED NOT NULL,
    n BIGINT UNSIGNED NOT NULL DEFAULT 0,
    PRIMARY KEY (part, slot)
  )`,
]

const slots = 8
const parts = ['category', 'product'] as const

/** What an UPDATE must change to show in a list's members or order; stock does not. */
const listed: Readonly<Record<(typeof parts)[number], readonly string[]>> = {
  category: ['parent_id', 'name', 'slug', 'position', 'visible'],
  product: ['isbn', 'title', 'author', 'category_id', 'price_cents', 'status', 'featured'],
}

/**
 * Once for each statement and not for each row: NOW(6) stands still within a statement, and a
 * backfill writes hundreds of rows in one.
 */
function trigger(part: (typeof parts)[number], event: 'INSERT' | 'UPDATE' | 'DELETE'): string {
  const same = listed[part].map((column) => `OLD.${column} <=> NEW.${column}`).join(' AND ')
  const changed = event === 'UPDATE' ? `AND NOT (${same})` : ''
  return `CREATE OR REPLACE TRIGGER listing_${part}_${event.toLowerCase()} AFTER ${event} ON ${part} FOR EACH ROW
    IF NOT (@listing_${part} <=> NOW(6)) ${changed} THEN
      SET @listing_${part} = NOW(6);
      UPDATE listing_generation SET n = n + 1
        WHERE part = '${part}' AND slot = CONNECTION_ID() % ${slots};
    END IF`
}

export async function up(knex: Knex): Promise<void> {
  // Every word counts: a search for "The Who" must not lose both. The index remembers it.
  await knex.raw('SET SESSION innodb_ft_enable_stopword = OFF')
  for (const table of tables) {
    await knex.raw(`${table} ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`)
  }
  await knex.raw('SET SESSION innodb_ft_enable_stopword = DEFAULT')
  await knex.raw('ALTER TABLE product ADD KEY product_featured (featured)')
  await knex('text_sweep').insert({
    id: 1,
    swept_to: 0,
    seen_most: 0,
    next_at: knex.raw('UTC_TIMESTAMP(3)'),
  })
  for (const part of parts) {
    for (let slot = 0; slot < slots; slot += 1) {
      await knex('listing_generation').insert({ part, slot })
    }
    for (const event of ['INSERT', 'UPDATE', 'DELETE'] as const) {
      await knex.raw(trigger(part, event))
    }
  }
}

export async function down(knex: Knex): Promise<void> {
  for (const part of parts) {
    for (const event of ['insert', 'update', 'delete']) {
      await knex.raw(`DROP TRIGGER IF EXISTS listing_${part}_${event}`)
    }
  }
  await knex.raw('ALTER TABLE product DROP KEY IF EXISTS product_featured')
  for (const table of [
    'listing_generation',
    'text_sweep',
    'product_text',
    'product_cover',
    'idempotency',
    'inbox',
    'outbox',
  ]) {
    await knex.schema.dropTableIfExists(table)
  }
}
