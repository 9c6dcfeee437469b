/**
 * Tickets with messages, returns, complaints and feedback.
 *
 * @module
 */
import type { Knex } from 'knex'

const text = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`CREATE TABLE tickets (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    reference VARCHAR(64) NULL,
    user_id INT NOT NULL,
    order_id INT NULL,
    subject VARCHAR(200) NOT NULL,
    status TINYINT NOT NULL DEFAULT 0 COMMENT '0 open, 1 answered, 2 closed',
    urgent CHAR(1) NOT NULL DEFAULT 'N',
    created DATETIME NOT NULL,
    updated DATETIME NOT NULL,
    UNIQUE KEY tickets_reference (reference),
    KEY tickets_user (user_id),
    CONSTRAINT tickets_user FOREIGN KEY (user_id) REFERENCES users (id),
    CONSTRAINT tickets_order FOREIGN KEY (order_id) REFERENCES orders (id)
  ) ${text}`)
  await knex.raw(`CREATE TABLE ticket_messages (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    ticket_id INT NOT NULL,
    user_id INT NOT NULL,
    reference VARCHAR(64) NULL,
    from_staff TINYINT(1) NOT NULL DEFAULT 0,
    body TEXT NOT NULL,
    created DATETIME NOT NULL,
    UNIQUE KEY ticket_messages_reference (reference),
    KEY ticket_messages_ticket (ticket_id),
    CONSTRAINT ticket_messages_ticket FOREIGN KEY (ticket_id) REFERENCES tickets (id)
      ON DELETE CASCADE
  ) ${text}`)
  await knex.raw(`CREATE TABLE returns (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    reference VARCHAR(64) NULL,
    user_id INT NOT NULL,
    order_id INT NOT NULL,
    line SMALLINT NOT NULL,
    quantity SMALLINT NOT NULL,
    reason VARCHAR(500) NOT NULL,
    status TINYINT NOT NULL DEFAULT 0 COMMENT '0 asked, 1 accepted, 2 refused, 3 refunded',
    created DATETIME NOT NULL,
    UNIQUE KEY returns_reference (reference),
    KEY returns_user (user_id),
    CONSTRAINT returns_item FOREIGN KEY (order_id, line) REFERENCES order_items (order_id, line)
  ) ${text}`)
  await knex.raw(`CREATE TABLE complaints (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    reference VARCHAR(64) NULL,
    user_id INT NOT NULL,
    order_id INT NULL,
    body TEXT NOT NULL,
    resolved CHAR(1) NOT NULL DEFAULT 'N',
    created DATETIME NOT NULL,
    UNIQUE KEY complaints_reference (reference),
    KEY complaints_user (user_id),
    CONSTRAINT complaints_order FOREIGN KEY (order_id) REFERENCES orders (id)
  ) ${text}`)
  await knex.raw(`CREATE TABLE feedback (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    reference VARCHAR(64) NULL,
    user_id INT NULL,
    book_id INT UNSIGNED NULL,
    rating TINYINT NOT NULL,
    body TEXT NULL,
    created DATETIME NOT NULL,
    UNIQUE KEY feedback_reference (reference),
    KEY feedback_book (book_id)
  ) ${text}`)
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['feedback', 'complaints', 'returns', 'ticket_messages', 'tickets']) {
    await knex.raw('DROP TABLE ??', [table])
  }
}
