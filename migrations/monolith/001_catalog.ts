/**
 * Categories, books, and what happens to prices and stock. All DATETIMEs are the shop's local time.
 *
 * @module
 */
import type { Knex } from 'knex'

const text = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`CREATE TABLE categories (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    parent_id INT NULL,
    name VARCHAR(120) NOT NULL,
    slug VARCHAR(140) NOT NULL,
    position INT NOT NULL DEFAULT 0,
    visible CHAR(1) NOT NULL DEFAULT 'Y',
    UNIQUE KEY categories_slug (slug),
    CONSTRAINT categories_parent FOREIGN KEY (parent_id) REFERENCES categories (id)
  ) ${text}`)
  await knex.raw(`CREATE TABLE books (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    isbn VARCHAR(20) NULL,
    title VARCHAR(300) NOT NULL,
    author VARCHAR(300) NOT NULL,
    description TEXT NULL,
    category_id INT NULL,
    price DECIMAL(10,2) NOT NULL,
    status CHAR(1) NOT NULL DEFAULT 'A' COMMENT 'A active, D discontinued, P pre-order',
    stock INT NOT NULL DEFAULT 0,
    low_stock INT NOT NULL DEFAULT 3,
    sold INT NOT NULL DEFAULT 0,
    is_featured TINYINT(1) NOT NULL DEFAULT 0,
    attributes LONGTEXT NULL COMMENT 'JSON',
    published DATE NULL,
    weight_g SMALLINT UNSIGNED NULL,
    cover_url VARCHAR(300) NULL,
    cover_cache VARCHAR(400) NULL COMMENT 'derived from cover_url',
    reference VARCHAR(64) NULL COMMENT 'the client''s reference of the create',
    created DATETIME NOT NULL,
    updated DATETIME NOT NULL,
    UNIQUE KEY books_isbn (isbn),
    UNIQUE KEY books_reference (reference),
    KEY books_category (category_id),
    KEY books_title (title),
    KEY books_author (author),
    KEY books_price (price),
    KEY books_featured (is_featured),
    KEY books_stock (stock),
    CONSTRAINT books_category FOREIGN KEY (category_id) REFERENCES categories (id)
  ) ${text}`)
  await knex.raw(`CREATE TABLE price_changes (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    book_id INT UNSIGNED NOT NULL,
    old_price DECIMAL(10,2) NOT NULL,
    new_price DECIMAL(10,2) NOT NULL,
    reference VARCHAR(64) NULL,
    changed_by INT NULL,
    changed DATETIME NOT NULL,
    KEY price_changes_book (book_id),
    KEY price_changes_reference (reference)
  ) ${text}`)
  await knex.raw(`CREATE TABLE stock_movements (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    book_id INT UNSIGNED NOT NULL,
    delta INT NOT NULL,
    reason TINYINT NOT NULL COMMENT '1 sale, 2 release, 3 restock, 4 adjustment, 5 expiry',
    reference VARCHAR(64) NOT NULL,
    created DATETIME NOT NULL,
    KEY stock_movements_book (book_id),
    KEY stock_movements_reference (reference)
  ) ${text}`)
  await knex.raw(`CREATE TABLE stock_reservations (
    order_ref VARCHAR(64) NOT NULL,
    book_id INT UNSIGNED NOT NULL,
    quantity SMALLINT NOT NULL,
    state TINYINT NOT NULL DEFAULT 0 COMMENT '0 reserved, 1 confirmed, 2 cancelled, 3 expired',
    expires DATETIME NOT NULL,
    created DATETIME NOT NULL,
    updated DATETIME NOT NULL,
    PRIMARY KEY (order_ref, book_id),
    KEY stock_reservations_due (state, expires),
    KEY stock_reservations_book (book_id)
  ) ${text}`)
}

export async function down(knex: Knex): Promise<void> {
  for (const table of [
    'stock_reservations',
    'stock_movements',
    'price_changes',
    'books',
    'categories',
  ]) {
    await knex.raw('DROP TABLE ??', [table])
  }
}
