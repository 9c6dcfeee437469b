/**
 * The toolkit's own tables on each server, created idempotently by `prepare` under the conductor's
 * account. Two tables per domain (so that the trigger of one domain never waits for another's fence,
 * and each marker travels in its own domain's topic), the rest shared.
 *
 * @module
 */
import type { Db } from '@matapalo/runtime'
import { fenceTable, markerTable, toolkitTable } from './names.ts'

const options = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin'

const shared: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS ${toolkitTable('applier_state')} (
    domain VARCHAR(64) NOT NULL,
    direction ENUM('forward','reverse') NOT NULL,
    mode ENUM('apply','audit') NOT NULL DEFAULT 'audit',
    term BIGINT UNSIGNED NOT NULL DEFAULT 0,
    token BIGINT UNSIGNED NOT NULL DEFAULT 0,
    topic_id VARCHAR(64) NULL,
    kafka_offset BIGINT NOT NULL DEFAULT 0 COMMENT 'next offset to read',
    generation CHAR(36) NULL,
    position VARCHAR(255) NULL,
    rogue BIGINT UNSIGNED NOT NULL DEFAULT 0,
    applied BIGINT UNSIGNED NOT NULL DEFAULT 0,
    snapshot_rows BIGINT UNSIGNED NOT NULL DEFAULT 0,
    status ENUM('starting','running','stopped','quarantined') NOT NULL DEFAULT 'starting',
    reason TEXT NULL,
    claim CHAR(36) NULL,
    claim_connection BIGINT NULL,
    claim_at DATETIME(6) NULL,
    updated_at DATETIME(6) NULL,
    PRIMARY KEY (domain, direction)
  ) ${options}`,
  `CREATE TABLE IF NOT EXISTS ${toolkitTable('quarantine')} (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    domain VARCHAR(64) NOT NULL,
    direction ENUM('forward','reverse') NOT NULL,
    topic VARCHAR(255) NOT NULL,
    kafka_offset BIGINT NOT NULL,
    row_key TEXT NULL,
    table_name VARCHAR(130) NULL,
    op CHAR(1) NULL,
    code VARCHAR(64) NOT NULL,
    message TEXT NOT NULL,
    payload LONGTEXT NULL,
    created_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    resolved_at DATETIME(6) NULL,
    resolution VARCHAR(16) NULL,
    KEY open (domain, direction, resolved_at)
  ) ${options}`,
  `CREATE TABLE IF NOT EXISTS ${toolkitTable('rogue_write')} (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    domain VARCHAR(64) NOT NULL,
    direction ENUM('forward','reverse') NOT NULL,
    table_name VARCHAR(130) NOT NULL,
    row_key TEXT NULL,
    op CHAR(1) NULL,
    origin_server_id BIGINT NULL,
    position VARCHAR(255) NULL,
    query TEXT NULL,
    at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    KEY recent (domain, direction, id)
  ) ${options}`,
  `CREATE TABLE IF NOT EXISTS ${toolkitTable('refusal')} (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    domain VARCHAR(64) NOT NULL,
    table_name VARCHAR(64) NOT NULL,
    op VARCHAR(8) NULL,
    account VARCHAR(128) NULL,
    statement TEXT NULL,
    at DATETIME(6) NOT NULL,
    event VARCHAR(64) NOT NULL COMMENT 'identity in performance_schema',
    UNIQUE KEY once (event),
    KEY recent (domain, id)
  ) ${options}`,
  `CREATE TABLE IF NOT EXISTS ${toolkitTable('debezium_signal')} (
    id VARCHAR(42) NOT NULL PRIMARY KEY,
    type VARCHAR(32) NOT NULL,
    data VARCHAR(2048) NULL
  ) ${options}`,
]

const perDomain = (domain: string): readonly string[] => [
  `CREATE TABLE IF NOT EXISTS ${fenceTable(domain)} (
    id TINYINT NOT NULL PRIMARY KEY,
    closed TINYINT NOT NULL,
    seq BIGINT UNSIGNED NOT NULL,
    term BIGINT UNSIGNED NOT NULL,
    CONSTRAINT one_row CHECK (id = 1)
  ) ${options}`,
  `CREATE TABLE IF NOT EXISTS ${markerTable(domain)} (
    id TINYINT NOT NULL PRIMARY KEY,
    n BIGINT UNSIGNED NOT NULL,
    generation CHAR(36) NOT NULL,
    term BIGINT UNSIGNED NOT NULL,
    owner ENUM('monolith','service') NULL,
    seq BIGINT UNSIGNED NOT NULL,
    written_at DATETIME(6) NOT NULL,
    CONSTRAINT one_row CHECK (id = 1)
  ) ${options}`,
]

/**
 * Creates what is missing on one server; repeating it changes nothing. No rows are made here: see
 * `ensureFence` and `ensureMarker`.
 */
export async function ensureToolkitTables(db: Db, domain: string): Promise<void> {
  for (const statement of [...shared, ...perDomain(domain)]) await db.execute(statement)
}
