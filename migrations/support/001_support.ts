/**
 * The support service's own tables: tickets with messages, returns, complaints and feedback.
 *
 * Instants are UTC. Collations are those of the old shop, so that a reference that was a repeat there
 * is one here. No foreign key cascades, since no change feed would see the rows it removes, and none
 * leaves the schema: users, orders and books live elsewhere.
 *
 * @module
 */
import type { Knex } from 'knex'

const tables: readonly string[] = [
  `CREATE TABLE ticket (
    id INT NOT NULL AUTO_INCREMENT,
    reference VARCHAR(64) NULL,
    user_id INT NOT NULL,
    order_id INT NULL,
    subject VARCHAR(200) NOT NULL,
    status ENUM('open','answered','closed') NOT NULL DEFAULT 'open',
    urgent TINYINT(1) NOT NULL DEFAULT 0,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ticket_reference (reference),
    KEY ticket_user (user_id, id),
    KEY ticket_status (status, id)
  )`,
  `CREATE TABLE ticket_message (
    id INT NOT NULL AUTO_INCREMENT,
    ticket_id INT NOT NULL,
    user_id INT NOT NULL,
    reference VARCHAR(64) NULL,
    from_staff TINYINT(1) NOT NULL DEFAULT 0,
    body TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY ticket_message_reference (reference),
    KEY ticket_message_ticket (ticket_id, id),
    CONSTRAINT ticket_message_ticket FOREIGN KEY (ticket_id) REFERENCES ticket (id)
  )`,
  `CREATE TABLE return_request (
    id INT NOT NULL AUTO_INCREMENT,
    reference VARCHAR(64) NULL,
    user_id INT NOT NULL,
    order_id INT NOT NULL,
    line SMALLINT NOT NULL,
    quantity SMALLINT NOT NULL,
    reason VARCHAR(500) NOT NULL,
    status ENUM('asked','accepted','refused','refunded') NOT NULL DEFAULT 'asked',
    created_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY return_request_reference (reference),
    KEY return_request_user (user_id, id)
  )`,
  `CREATE TABLE complaint (
    id INT NOT NULL AUTO_INCREMENT,
    reference VARCHAR(64) NULL,
    user_id INT NOT NULL,
    order_id INT NULL,
    body TEXT NOT NULL,
    resolved TINYINT(1) NOT NULL DEFAULT 0,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY complaint_reference (reference),
    KEY complaint_user (user_id, id)
  )`,
  `CREATE TABLE feedback (
    id INT NOT NULL AUTO_INCREMENT,
    reference VARCHAR(64) NULL,
    user_id INT NULL,
    book_id INT UNSIGNED NULL,
    rating TINYINT NOT NULL,
    body TEXT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY feedback_reference (reference),
    KEY feedback_book (book_id, id)
  )`,
]

export async function up(knex: Knex): Promise<void> {
  for (const table of tables) {
    await knex.raw(`${table} ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`)
  }
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['feedback', 'complaint', 'return_request', 'ticket_message', 'ticket']) {
    await knex.schema.dropTableIfExists(table)
  }
}
