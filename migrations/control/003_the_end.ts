import type { Knex } from 'knex'

/** The end of a domain at the monolith, and of the monolith. */
const tables: readonly string[] = [
  // detail: what the old tables are called meanwhile, and what was known when it was confirmed.
  `CREATE TABLE decommission (
     domain VARCHAR(64) NOT NULL PRIMARY KEY,
     state ENUM('renaming','renamed','undoing','undone','dropping','dropped') NOT NULL,
     detail LONGTEXT NOT NULL,
     actor VARCHAR(100) NOT NULL,
     reason VARCHAR(500) NOT NULL,
     since_at DATETIME(6) NOT NULL DEFAULT NOW(6),
     updated_at DATETIME(6) NOT NULL DEFAULT NOW(6) ON UPDATE NOW(6)
   )`,
  // Its turns; rows are only ever added and ended.
  `CREATE TABLE decommission_turn (
     id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
     domain VARCHAR(64) NOT NULL,
     act ENUM('rename','undo','drop') NOT NULL,
     step VARCHAR(32) NOT NULL,
     state ENUM('begun','done','failed') NOT NULL,
     detail LONGTEXT NULL,
     begun_at DATETIME(6) NOT NULL DEFAULT NOW(6),
     ended_at DATETIME(6) NULL,
     KEY (domain, id)
   )`,
  `CREATE TABLE retirement (
     id TINYINT UNSIGNED NOT NULL PRIMARY KEY DEFAULT 1 CHECK (id = 1),
     actor VARCHAR(100) NOT NULL,
     reason VARCHAR(500) NOT NULL,
     report LONGTEXT NOT NULL,
     at DATETIME(6) NOT NULL DEFAULT NOW(6)
   )`,
]

export async function up(knex: Knex): Promise<void> {
  for (const sql of tables) await knex.raw(sql)
}

export async function down(knex: Knex): Promise<void> {
  for (const name of ['retirement', 'decommission_turn', 'decommission'])
    await knex.schema.dropTable(name)
}
