import type { Knex } from 'knex'

/** What the control plane has seen of the databases since a domain was prepared. */
const tables: readonly string[] = [
  // How far each server's binary log has been read. gap_at: when something was last left out.
  `CREATE TABLE binlog_watch (
     side ENUM('monolith','service') NOT NULL PRIMARY KEY,
     file VARCHAR(255) NOT NULL,
     pos BIGINT UNSIGNED NOT NULL,
     gap_at DATETIME(6) NULL,
     read_at DATETIME(6) NOT NULL DEFAULT NOW(6)
   )`,
  // shapes: the owned tables as they were when the manifest was checked against them.
  // counters: of the server, to be compared with later ones.
  `CREATE TABLE observation (
     domain VARCHAR(64) NOT NULL,
     side ENUM('monolith','service') NOT NULL,
     since DATETIME(6) NOT NULL DEFAULT NOW(6),
     shapes LONGTEXT NOT NULL,
     counters LONGTEXT NOT NULL,
     PRIMARY KEY (domain, side)
   )`,
  // Transactions that wrote owned tables and others; one row for each set of tables.
  `CREATE TABLE spanning (
     domain VARCHAR(64) NOT NULL,
     side ENUM('monolith','service') NOT NULL,
     digest CHAR(32) NOT NULL,
     tables LONGTEXT NOT NULL,
     statement TEXT NULL,
     seen BIGINT UNSIGNED NOT NULL,
     last_at DATETIME(6) NOT NULL DEFAULT NOW(6),
     PRIMARY KEY (domain, side, digest)
   )`,
  // Privileges of applications that were taken after a transfer, to be given back before the next.
  `CREATE TABLE revocation (
     domain VARCHAR(64) NOT NULL,
     side ENUM('monolith','service') NOT NULL,
     term BIGINT UNSIGNED NOT NULL,
     state ENUM('intended','taken','given') NOT NULL,
     privileges LONGTEXT NOT NULL,
     at DATETIME(6) NOT NULL DEFAULT NOW(6),
     PRIMARY KEY (domain, side)
   )`,
]

export async function up(knex: Knex): Promise<void> {
  for (const sql of tables) await knex.raw(sql)
}

export async function down(knex: Knex): Promise<void> {
  for (const name of ['revocation', 'spanning', 'observation', 'binlog_watch'])
    await knex.schema.dropTable(name)
}
