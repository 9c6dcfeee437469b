/**
 * What only the service has: the agents' desk, the bot's questions, orders named while the orders
 * service was away, notifications, and the two tables of the event plumbing.
 *
 * None of it has a counterpart in the old shop, none of it is fenced or rolled back. Rows name cases by
 * kind and id without a foreign key, since a case may be rewritten by a change feed.
 *
 * @module
 */
import type { Knex } from 'knex'

const tables: readonly string[] = [
  `CREATE TABLE agent (
    user_id INT NOT NULL,
    name VARCHAR(200) NOT NULL,
    seen_at DATETIME NOT NULL,
    PRIMARY KEY (user_id)
  )`,
  // A case without a row waits in the queue. conversation: the ticket in which it is answered.
  `CREATE TABLE assignment (
    kind ENUM('query','complaint','return','feedback') NOT NULL,
    case_id INT NOT NULL,
    agent_id INT NULL,
    conversation INT NULL,
    closed_at DATETIME NULL,
    updated_at DATETIME NOT NULL,
    PRIMARY KEY (kind, case_id),
    KEY assignment_agent (agent_id),
    KEY assignment_conversation (conversation)
  )`,
  `CREATE TABLE bot_question (
    id BIGINT NOT NULL AUTO_INCREMENT,
    user_id INT NOT NULL,
    reference VARCHAR(64) NULL,
    question VARCHAR(2000) NOT NULL,
    topic VARCHAR(40) NULL,
    answer TEXT NULL,
    missing VARCHAR(40) NOT NULL DEFAULT '',
    ticket_id INT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY bot_question_reference (user_id, reference),
    KEY bot_question_ticket (ticket_id)
  )`,
  `CREATE TABLE order_claim (
    kind ENUM('query','complaint') NOT NULL,
    case_id INT NOT NULL,
    user_id INT NOT NULL,
    order_id INT NOT NULL,
    created_at DATETIME NOT NULL,
    PRIMARY KEY (kind, case_id)
  )`,
  // Either user_id (whose address the users service knows) or none: the desk's own mailbox.
  `CREATE TABLE notification (
    id BIGINT NOT NULL AUTO_INCREMENT,
    event_id CHAR(36) NOT NULL,
    audience ENUM('customer','agent','desk') NOT NULL,
    user_id INT NULL,
    subject VARCHAR(300) NOT NULL,
    body TEXT NOT NULL,
    attempts INT NOT NULL DEFAULT 0,
    due_at DATETIME NOT NULL,
    state ENUM('waiting','sent','dropped') NOT NULL DEFAULT 'waiting',
    created_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY notification_event (event_id, audience),
    KEY notification_due (state, due_at)
  )`,
  `CREATE TABLE outbox (
    id CHAR(36) NOT NULL,
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
]

export async function up(knex: Knex): Promise<void> {
  for (const table of tables) {
    await knex.raw(`${table} ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`)
  }
}

export async function down(knex: Knex): Promise<void> {
  for (const table of [
    'inbox',
    'outbox',
    'notification',
    'order_claim',
    'bot_question',
    'assignment',
    'agent',
  ]) {
    await knex.schema.dropTableIfExists(table)
  }
}
