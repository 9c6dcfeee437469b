/**
 * Carts and orders. Payment and shipping stand inline in the orders table; order_items points at
 * books, which belong to another part of the shop.
 *
 * @module
 */
import type { Knex } from 'knex'

const text = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`CREATE TABLE carts (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id INT NOT NULL,
    created DATETIME NOT NULL,
    updated DATETIME NOT NULL,
    UNIQUE KEY carts_user (user_id),
    CONSTRAINT carts_user FOREIGN KEY (user_id) REFERENCES users (id)
  ) ${text}`)
  await knex.raw(`CREATE TABLE cart_items (
    cart_id INT NOT NULL,
    book_id INT UNSIGNED NOT NULL,
    quantity SMALLINT NOT NULL,
    added DATETIME NOT NULL,
    PRIMARY KEY (cart_id, book_id),
    CONSTRAINT cart_items_cart FOREIGN KEY (cart_id) REFERENCES carts (id)
  ) ${text}`)
  await knex.raw(`CREATE TABLE orders (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    reference VARCHAR(64) NOT NULL,
    user_id INT NOT NULL,
    status TINYINT NOT NULL DEFAULT 0
      COMMENT '0 placed, 1 paid, 2 packed, 3 shipped, 4 delivered, 5 cancelled, 6 returned',
    stock_state TINYINT NOT NULL DEFAULT 0
      COMMENT '0 taken in the order''s transaction, 1 reserved, 2 confirmed, 3 lost',
    items_total DECIMAL(14,2) NOT NULL,
    shipping_cost DECIMAL(10,2) NOT NULL DEFAULT 0,
    total DECIMAL(14,2) NOT NULL,
    payment_method VARCHAR(20) NOT NULL,
    payment_status TINYINT NOT NULL DEFAULT 0 COMMENT '0 open, 1 paid, 2 refused, 3 refunded',
    payment_reference VARCHAR(64) NULL,
    card_last4 CHAR(4) NULL,
    paid DATETIME NULL,
    ship_name VARCHAR(200) NOT NULL,
    ship_street VARCHAR(200) NOT NULL,
    ship_city VARCHAR(120) NOT NULL,
    ship_postcode VARCHAR(20) NULL,
    ship_country CHAR(2) NOT NULL,
    ship_phone VARCHAR(40) NULL,
    shipping_method VARCHAR(20) NOT NULL DEFAULT 'standard',
    tracking_number VARCHAR(40) NULL,
    shipped DATETIME NULL,
    delivered DATETIME NULL,
    gift CHAR(1) NOT NULL DEFAULT 'N',
    note VARCHAR(500) NULL,
    created DATETIME NOT NULL,
    updated DATETIME NOT NULL,
    UNIQUE KEY orders_reference (reference),
    KEY orders_user (user_id),
    KEY orders_stock_state (stock_state),
    CONSTRAINT orders_user FOREIGN KEY (user_id) REFERENCES users (id)
  ) ${text}`)
  await knex.raw(`CREATE TABLE order_items (
    order_id INT NOT NULL,
    line SMALLINT NOT NULL,
    book_id INT UNSIGNED NOT NULL,
    title VARCHAR(300) NOT NULL,
    quantity SMALLINT NOT NULL,
    price DECIMAL(10,2) NOT NULL,
    PRIMARY KEY (order_id, line),
    CONSTRAINT order_items_order FOREIGN KEY (order_id) REFERENCES orders (id),
    CONSTRAINT order_items_book FOREIGN KEY (book_id) REFERENCES books (id)
  ) ${text}`)
  await knex.raw(`CREATE TABLE order_events (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    order_id INT NOT NULL,
    status TINYINT NOT NULL,
    detail VARCHAR(300) NULL,
    by_user INT NULL,
    created DATETIME NOT NULL,
    KEY order_events_order (order_id),
    CONSTRAINT order_events_order FOREIGN KEY (order_id) REFERENCES orders (id)
  ) ${text}`)
  await knex.raw(`CREATE TABLE checkouts (
    reference VARCHAR(64) NOT NULL PRIMARY KEY,
    user_id INT NOT NULL,
    state TINYINT NOT NULL DEFAULT 0 COMMENT '0 open, 1 abandoned (reservation to be cancelled)',
    created DATETIME NOT NULL,
    KEY checkouts_created (created)
  ) ${text}`)
}

export async function down(knex: Knex): Promise<void> {
  for (const table of [
    'checkouts',
    'order_events',
    'order_items',
    'orders',
    'cart_items',
    'carts',
  ]) {
    await knex.raw('DROP TABLE ??', [table])
  }
}
