/**
 * The orders service's own tables: an order of the old shop is an `order` and its
 * `order_payment_detail` here, its lines are `order_detail`.
 *
 * Money is integer cents, instants are UTC, states are words. Keys and collations are those of the
 * old shop, so that a reference that was taken there is taken here. User and book ids name rows of
 * other services, so no foreign key leaves this schema.
 *
 * @module
 */
import type { Knex } from 'knex'

const orderStatus = "ENUM('placed','paid','packed','shipped','delivered','cancelled','returned')"

const tables: readonly string[] = [
  `CREATE TABLE cart (
    id INT NOT NULL AUTO_INCREMENT,
    user_id INT NOT NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY cart_user (user_id)
  )`,
  `CREATE TABLE cart_item (
    cart_id INT NOT NULL,
    book_id INT UNSIGNED NOT NULL,
    quantity SMALLINT NOT NULL,
    added_at DATETIME NOT NULL,
    PRIMARY KEY (cart_id, book_id),
    CONSTRAINT cart_item_cart FOREIGN KEY (cart_id) REFERENCES cart (id)
  )`,
  `CREATE TABLE \`order\` (
    id INT NOT NULL AUTO_INCREMENT,
    reference VARCHAR(64) NOT NULL,
    user_id INT NOT NULL,
    status ${orderStatus} NOT NULL DEFAULT 'placed',
    stock ENUM('taken','reserved','confirmed','lost') NOT NULL DEFAULT 'taken',
    items_cents BIGINT NOT NULL,
    shipping_cents BIGINT NOT NULL DEFAULT 0,
    total_cents BIGINT NOT NULL,
    ship_name VARCHAR(200) NOT NULL,
    ship_street VARCHAR(200) NOT NULL,
    ship_city VARCHAR(120) NOT NULL,
    ship_postcode VARCHAR(20) NULL,
    ship_country CHAR(2) NOT NULL,
    ship_phone VARCHAR(40) NULL,
    shipping_method VARCHAR(20) NOT NULL DEFAULT 'standard',
    tracking_number VARCHAR(40) NULL,
    shipped_at DATETIME NULL,
    delivered_at DATETIME NULL,
    gift TINYINT(1) NOT NULL DEFAULT 0,
    note VARCHAR(500) NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY order_reference (reference),
    KEY order_user (user_id, id),
    KEY order_stock (stock)
  )`,
  `CREATE TABLE order_payment_detail (
    order_id INT NOT NULL,
    method VARCHAR(20) NOT NULL,
    status ENUM('open','paid','refused','refunded') NOT NULL DEFAULT 'open',
    reference VARCHAR(64) NULL,
    card_last4 CHAR(4) NULL,
    paid_at DATETIME NULL,
    PRIMARY KEY (order_id),
    CONSTRAINT order_payment_detail_order FOREIGN KEY (order_id) REFERENCES \`order\` (id)
  )`,
  `CREATE TABLE order_detail (
    order_id INT NOT NULL,
    line SMALLINT NOT NULL,
    book_id INT UNSIGNED NOT NULL,
    title VARCHAR(300) NOT NULL,
    quantity SMALLINT NOT NULL,
    price_cents BIGINT NOT NULL,
    PRIMARY KEY (order_id, line),
    KEY order_detail_book (book_id),
    CONSTRAINT order_detail_order FOREIGN KEY (order_id) REFERENCES \`order\` (id)
  )`,
  `CREATE TABLE order_status_history (
    id BIGINT NOT NULL AUTO_INCREMENT,
    order_id INT NOT NULL,
    status ${orderStatus} NOT NULL,
    detail VARCHAR(300) NULL,
    by_user INT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    KEY order_status_history_order (order_id, id),
    CONSTRAINT order_status_history_order FOREIGN KEY (order_id) REFERENCES \`order\` (id)
  )`,
  `CREATE TABLE checkout (
    reference VARCHAR(64) NOT NULL,
    user_id INT NOT NULL,
    state ENUM('open','abandoned') NOT NULL DEFAULT 'open',
    created_at DATETIME NOT NULL,
    PRIMARY KEY (reference),
    KEY checkout_created (created_at)
  )`,
]

export async function up(knex: Knex): Promise<void> {
  for (const table of tables) {
    await knex.raw(`${table} ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`)
  }
}

export async function down(knex: Knex): Promise<void> {
  for (const table of [
    'checkout',
    'order_status_history',
    'order_detail',
    'order_payment_detail',
    'order',
    'cart_item',
    'cart',
  ]) {
    await knex.schema.dropTableIfExists(table)
  }
}
