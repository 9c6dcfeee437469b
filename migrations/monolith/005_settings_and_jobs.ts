/**
 * Settings that can be changed while the shop runs, and the diary of the scheduled job.
 *
 * @module
 */
import type { Knex } from 'knex'

const text = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci'

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`CREATE TABLE settings (
    name VARCHAR(60) NOT NULL PRIMARY KEY,
    value VARCHAR(200) NOT NULL
  ) ${text}`)
  await knex.raw("INSERT INTO settings (name, value) VALUES ('checkout.stock', 'transaction')")
  await knex.raw(`CREATE TABLE job_runs (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    job VARCHAR(40) NOT NULL,
    reference VARCHAR(64) NOT NULL,
    started DATETIME NOT NULL,
    finished DATETIME NULL,
    outcome VARCHAR(20) NOT NULL DEFAULT 'running' COMMENT 'running, ok, refused, failed',
    \`rows\` INT NOT NULL DEFAULT 0,
    error TEXT NULL,
    UNIQUE KEY job_runs_reference (reference),
    KEY job_runs_outcome (outcome)
  ) ${text}`)
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE job_runs')
  await knex.raw('DROP TABLE settings')
}
