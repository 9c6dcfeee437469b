/**
 * What only the service has: the steps of each checkout, payments and parcels with their providers,
 * and what keeps messages exact (outbox, inbox, idempotency). None of it exists in the old shop, so
 * none of it is mapped, fenced or rolled back.
 *
 * @module
 */
import type { Knex } from 'knex'

const sagaSteps = "ENUM('begun','reserved','ordered','pending','paid','releasing','done')"

const tables: readonly string[] = [
  // `step` says what has been done; what comes next follows from it. `claimed_*`: who works on it.
  `CREATE TABLE checkout_saga (
    reference VARCHAR(64) NOT NULL,
    user_id INT NOT NULL,
    step ${sagaSteps} NOT NULL,
    request LONGTEXT NOT NULL,
    cart_lines LONGTEXT NOT NULL,
    failure LONGTEXT NULL,
    claimed_by VARCHAR(64) NULL,
    claimed_until DATETIME(3) NULL,
    due_at DATETIME(3) NULL,
    attempts INT NOT NULL DEFAULT 0,
    traceparent VARCHAR(80) NULL,
    request_id VARCHAR(80) NULL,
    created_at DATETIME(3) NOT NULL,
    updated_at DATETIME(3) NOT NULL,
    PRIMARY KEY (reference),
    KEY checkout_saga_due (step, due_at)
  )`,
  `CREATE TABLE checkout_step (
    id BIGINT NOT NULL AUTO_INCREMENT,
    reference VARCHAR(64) NOT NULL,
    step ${sagaSteps} NOT NULL,
    detail VARCHAR(300) NULL,
    created_at DATETIME(3) NOT NULL,
    PRIMARY KEY (id),
    KEY checkout_step_reference (reference, id)
  )`,
  `CREATE TABLE payment_transaction (
    id BIGINT NOT NULL AUTO_INCREMENT,
    order_id INT NOT NULL,
    reference VARCHAR(64) NOT NULL,
    kind ENUM('charge','refund') NOT NULL,
    state ENUM('pending','succeeded','declined') NOT NULL DEFAULT 'pending',
    amount_cents BIGINT NOT NULL,
    provider VARCHAR(20) NOT NULL,
    provider_payment VARCHAR(64) NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    UNIQUE KEY payment_transaction_once (reference, kind),
    KEY payment_transaction_order (order_id),
    KEY payment_transaction_state (state, kind, updated_at)
  )`,
  `CREATE TABLE shipment (
    order_id INT NOT NULL,
    provider VARCHAR(20) NOT NULL,
    state ENUM('asked','booked','refused','shipped','delivered') NOT NULL DEFAULT 'asked',
    tracking_number VARCHAR(40) NULL,
    asked_by INT NULL,
    due_at DATETIME(3) NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    PRIMARY KEY (order_id),
    KEY shipment_due (state, due_at)
  )`,
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
]

/** The simulated providers' own books: a real provider remembers too. */
const simulated: readonly string[] = [
  `CREATE TABLE simulated_payment (
    payment VARCHAR(64) NOT NULL,
    kind ENUM('charge','refund') NOT NULL,
    amount_cents BIGINT NOT NULL,
    outcome ENUM('succeeded','declined') NOT NULL,
    known_at DATETIME(3) NOT NULL,
    asked INT NOT NULL DEFAULT 1,
    created_at DATETIME(3) NOT NULL,
    PRIMARY KEY (payment, kind)
  )`,
  `CREATE TABLE simulated_parcel (
    order_reference VARCHAR(64) NOT NULL,
    tracking_number VARCHAR(40) NOT NULL,
    created_at DATETIME(3) NOT NULL,
    PRIMARY KEY (order_reference)
  )`,
  `CREATE TABLE simulated_callback (
    id BIGINT NOT NULL AUTO_INCREMENT,
    path VARCHAR(100) NOT NULL,
    body LONGTEXT NOT NULL,
    due_at DATETIME(3) NOT NULL,
    attempts INT NOT NULL DEFAULT 0,
    delivered_at DATETIME(3) NULL,
    PRIMARY KEY (id),
    KEY simulated_callback_due (delivered_at, due_at)
  )`,
]

export async function up(knex: Knex): Promise<void> {
  for (const table of [...tables, ...simulated]) {
    await knex.raw(`${table} ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci`)
  }
}

export async function down(knex: Knex): Promise<void> {
  for (const table of [
    'simulated_callback',
    'simulated_parcel',
    'simulated_payment',
    'idempotency',
    'inbox',
    'outbox',
    'shipment',
    'payment_transaction',
    'checkout_step',
    'checkout_saga',
  ]) {
    await knex.schema.dropTableIfExists(table)
  }
}
