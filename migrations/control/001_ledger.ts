import type { Knex } from 'knex'

/**
 * The ledger. Every table the conductor decides by is InnoDB in one schema, so that a decision is
 * one transaction.
 */
const tables: readonly string[] = [
  `CREATE TABLE project (
     id TINYINT UNSIGNED NOT NULL PRIMARY KEY DEFAULT 1 CHECK (id = 1),
     yaml MEDIUMTEXT NOT NULL,
     json LONGTEXT NOT NULL,
     updated_at DATETIME(6) NOT NULL DEFAULT NOW(6) ON UPDATE NOW(6)
   )`,
  `CREATE TABLE manifest (
     domain VARCHAR(64) NOT NULL,
     version INT UNSIGNED NOT NULL,
     yaml MEDIUMTEXT NOT NULL,
     json LONGTEXT NOT NULL,
     file VARCHAR(500) NOT NULL,
     registered_at DATETIME(6) NOT NULL DEFAULT NOW(6),
     actor VARCHAR(100) NOT NULL,
     PRIMARY KEY (domain, version)
   )`,
  // term: last number given to an attempt or an undo; owner_term: the ownership in force, which
  // stands in the applier state and the markers.
  `CREATE TABLE domain (
     name VARCHAR(64) NOT NULL PRIMARY KEY,
     phase ENUM('registered','backfill','shadow','canary','cutover','service','decommissioned') NOT NULL,
     owner ENUM('monolith','service') NOT NULL,
     term BIGINT UNSIGNED NOT NULL,
     owner_term BIGINT UNSIGNED NOT NULL,
     fence_seq BIGINT UNSIGNED NOT NULL,
     hold TINYINT NOT NULL DEFAULT 0,
     backfill ENUM('none','running','paused','complete') NOT NULL DEFAULT 'none',
     backfill_detail LONGTEXT NULL,
     prepared_at DATETIME(6) NULL,
     frozen VARCHAR(500) NULL,
     manifest_version INT UNSIGNED NOT NULL,
     transfer_id BIGINT UNSIGNED NULL,
     updated_at DATETIME(6) NOT NULL DEFAULT NOW(6) ON UPDATE NOW(6)
   )`,
  // What each fence should say; written before the fence is.
  `CREATE TABLE fence (
     domain VARCHAR(64) NOT NULL,
     side ENUM('monolith','service') NOT NULL,
     closed TINYINT NOT NULL,
     seq BIGINT UNSIGNED NOT NULL,
     term BIGINT UNSIGNED NOT NULL,
     PRIMARY KEY (domain, side)
   )`,
  // uid: @@server_uid, so that a server that was replaced under the same address is noticed.
  `CREATE TABLE server (
     side ENUM('monolith','service') NOT NULL PRIMARY KEY,
     uid VARCHAR(100) NOT NULL,
     seen_at DATETIME(6) NOT NULL DEFAULT NOW(6)
   )`,
  `CREATE TABLE route_table (
     epoch BIGINT UNSIGNED NOT NULL PRIMARY KEY,
     body LONGTEXT NOT NULL,
     at DATETIME(6) NOT NULL DEFAULT NOW(6)
   )`,
  `CREATE TABLE transfer (
     id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
     kind ENUM('cutover','rollback') NOT NULL,
     domains LONGTEXT NOT NULL,
     state ENUM('running','completed','unwound','stuck') NOT NULL,
     outcome VARCHAR(100) NULL,
     options LONGTEXT NOT NULL,
     error LONGTEXT NULL,
     started_at DATETIME(6) NOT NULL DEFAULT NOW(6),
     finished_at DATETIME(6) NULL,
     pause_ms DOUBLE NULL,
     KEY (state)
   )`,
  `CREATE TABLE journal (
     transfer_id BIGINT UNSIGNED NOT NULL,
     n INT UNSIGNED NOT NULL,
     step VARCHAR(20) NOT NULL,
     act ENUM('do','undo') NOT NULL,
     state ENUM('begun','done','failed') NOT NULL,
     seq BIGINT UNSIGNED NOT NULL,
     term BIGINT UNSIGNED NOT NULL,
     detail LONGTEXT NULL,
     begun_at DATETIME(6) NOT NULL,
     ended_at DATETIME(6) NULL,
     PRIMARY KEY (transfer_id, n)
   )`,
  `CREATE TABLE edge (
     id VARCHAR(64) NOT NULL PRIMARY KEY,
     url VARCHAR(500) NOT NULL,
     acked_epoch BIGINT UNSIGNED NOT NULL DEFAULT 0,
     drained_epoch BIGINT UNSIGNED NOT NULL DEFAULT 0,
     in_flight LONGTEXT NULL,
     seen_at DATETIME(6) NOT NULL DEFAULT NOW(6),
     gone TINYINT NOT NULL DEFAULT 0
   )`,
  `CREATE TABLE lease (
     name VARCHAR(32) NOT NULL PRIMARY KEY,
     holder VARCHAR(100) NOT NULL,
     generation BIGINT UNSIGNED NOT NULL,
     until_at DATETIME(6) NOT NULL
   )`,
  `INSERT INTO lease VALUES ('conductor', '', 0, '2000-01-01 00:00:00')`,
  `CREATE TABLE audit (
     id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
     at DATETIME(6) NOT NULL DEFAULT NOW(6),
     actor VARCHAR(100) NOT NULL,
     action VARCHAR(64) NOT NULL,
     domain VARCHAR(64) NULL,
     detail LONGTEXT NOT NULL,
     KEY (domain, at)
   )`,
  `CREATE TABLE verification (
     id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
     domain VARCHAR(64) NOT NULL,
     direction ENUM('forward','reverse') NOT NULL,
     kind VARCHAR(32) NOT NULL,
     started_at DATETIME(6) NOT NULL,
     finished_at DATETIME(6) NULL,
     outcome VARCHAR(32) NULL,
     \`rows\` BIGINT UNSIGNED NULL,
     chunks INT UNSIGNED NULL,
     differences INT UNSIGNED NULL,
     clean_offset VARCHAR(32) NULL,
     detail LONGTEXT NULL,
     KEY (domain, direction, id)
   )`,
]

export async function up(knex: Knex): Promise<void> {
  for (const sql of tables) await knex.raw(sql)
}

export async function down(knex: Knex): Promise<void> {
  const names = [
    'verification',
    'audit',
    'lease',
    'edge',
    'journal',
    'transfer',
    'route_table',
    'server',
    'fence',
    'domain',
    'manifest',
    'project',
  ]
  for (const name of names) await knex.schema.dropTable(name)
}
