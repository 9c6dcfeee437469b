import type { Knex } from 'knex'

/** Reads that are copied and compared, and the share of them that the other side serves. */
const changes: readonly string[] = [
  // parity_round: grows whenever what is compared was changed; what was found before counts no more.
  `ALTER TABLE domain
     ADD COLUMN parity_round INT UNSIGNED NOT NULL DEFAULT 0,
     ADD COLUMN parity_since DATETIME(6) NULL,
     ADD COLUMN shadow_rate DOUBLE NOT NULL DEFAULT 0,
     ADD COLUMN canary_share DOUBLE NULL`,
  // Totals of one life of one edge, so that telling them twice changes nothing.
  // detail: fields that differ, and samples without values.
  `CREATE TABLE parity_tally (
     domain VARCHAR(64) NOT NULL,
     round INT UNSIGNED NOT NULL,
     edge VARCHAR(64) NOT NULL,
     boot CHAR(36) NOT NULL,
     route VARCHAR(400) NOT NULL,
     equal BIGINT UNSIGNED NOT NULL,
     racing BIGINT UNSIGNED NOT NULL,
     mismatch BIGINT UNSIGNED NOT NULL,
     inconclusive BIGINT UNSIGNED NOT NULL,
     dropped BIGINT UNSIGNED NOT NULL,
     detail LONGTEXT NOT NULL,
     at DATETIME(6) NOT NULL DEFAULT NOW(6) ON UPDATE NOW(6),
     PRIMARY KEY (domain, round, edge, boot, route)
   )`,
]

export async function up(knex: Knex): Promise<void> {
  for (const sql of changes) await knex.raw(sql)
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('parity_tally')
  await knex.raw(
    `ALTER TABLE domain DROP COLUMN parity_round, DROP COLUMN parity_since,
       DROP COLUMN shadow_rate, DROP COLUMN canary_share`,
  )
}
