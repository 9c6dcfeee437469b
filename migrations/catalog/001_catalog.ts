/**
 * The catalog service's own tables: a book of the old shop is a `product` and its `inventory` here.
 *
 * Money is integer cents, instants are UTC. Collations are those of the old shop, so that search and
 * sort order answer alike, and lists stay cheap at 200,000 books because each sort order and each
 * search walks an index. Histories (`price_change`, `stock_movement`) outlive the product they
 * speak of, as they do in the old shop, so they carry no foreign key.
 *
 * @module
 */
import type { Knex } from 'knex'

const tables: readonly string[] = [
  `CREATE TABLE category (
    id INT NOT NULL AUTO_INCREMENT,
    parent_id INT NULL,
    name VARCHAR(120) NOT NULL,
    slug VARCHAR(140) NOT NULL,
    position INT NOT NULL DEFAULT 0,
    visible TINYINT(1) NOT NULL DEFAULT 1,
    PRIMARY KEY (id),
    UNIQUE KEY category_slug (slug),
    KEY category_parent (parent_id, position),
    CONSTRAINT category_parent FOREIGN KEY (parent_id) REFERENCES category (id)
  )`,
  `CREATE TABLE product (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT,
    isbn VARCHAR(20) NULL,
    title VARCHAR(300) NOT NULL,
    author VARCHAR(300) NOT NULL,
    description TEXT NULL,
    category_id INT NULL,
    price_cents BIGINT NOT NULL,
    status ENUM('active','discontinued','preorder') NOT NULL DEFAULT 'active',
    featured TINYINT(1) NOT NULL DEFAULT 0,
    attributes JSON NULL,
    published DATE NULL,
    weight_g SMALLINT UNSIGNED NULL,
    cover_url VARCHAR(300) NULL,
    reference VARCHAR(64) NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY product_isbn (isbn),
    UNIQUE KEY product_reference (reference),
    KEY product_category (category_id),
    KEY product_title (title),
    KEY product_author (author),
    KEY product_price (price_cents),
    CONSTRAINT product_category FOREIGN KEY (category_id) REFERENCES category (id)
  )`,
  `CREATE TABLE inventory (
    product_id INT UNSIGNED NOT NULL,
    quantity INT NOT NULL DEFAULT 0,
    low_stock INT NOT NULL DEFAULT 3,
    sold INT NOT NULL DEFAULT 0,
    PRIMARY KEY (product_id),
    CONSTRAINT inventory_product FOREIGN KEY (product_id) REFERENCES product (id)
  )`,
  `CREATE TABLE price_change (
    id BIGINT NOT NULL AUTO_INCREMENT,
    product_id INT UNSIGNED NOT NULL,
    old_cents BIGINT NOT NULL,
    new_cents BIGINT NOT NULL,
    reference VARCHAR(64) NULL,
    changed_by INT NULL,
    changed_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    KEY price_change_product (product_id, id),
    KEY price_change_reference (reference)
  )`,
  `CREATE TABLE stock_movement (
    id BIGINT NOT NULL AUTO_INCREMENT,
    product_id INT UNSIGNED NOT NULL,
    delta INT NOT NULL,
    reason ENUM('sale','release','restock','adjustment','expiry') NOT NULL,
    reference VARCHAR(64) NOT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    KEY stock_movement_product (product_id, id),
    KEY stock_movement_reference (reference)
  )`,
  `CREATE TABLE reservation (
    order_ref VARCHAR(64) NOT NULL,
    product_id INT UNSIGNED NOT NULL,
    quantity SMALLINT NOT NULL,
    state ENUM('reserved','confirmed','cancelled','expired') NOT NULL DEFAULT 'reserved',
    expires_at DATETIME NOT NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    PRIMARY KEY (order_ref, product_id),
    KEY reservation_product (product_id),
    KEY reservation_due (state, expires_at)
  )`,
]

export async function up(knex: Knex): Promise<void> {
  for (const table of tables) {
    await knex.raw(`${table} ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`)
  }
}

export async function down(knex: Knex): Promise<void> {
  for (const table of [
    'reservation',
    'stock_movement',
    'price_change',
    'inventory',
    'product',
    'category',
  ]) {
    await knex.schema.dropTableIfExists(table)
  }
}
