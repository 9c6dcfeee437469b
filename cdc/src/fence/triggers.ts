/**
 * The triggers that enforce the fence: BEFORE INSERT, UPDATE and DELETE on each owned table, on both
 * sides. Each share-locks the domain's fence row, for everybody, and then decides:
 *
 * - the application passes only while the fence is open;
 * - an applying account passes only while it is closed, with `@matapalo_term` equal to the row's term;
 * - a missing row refuses everybody.
 *
 * The locking read is what makes one UPDATE of the row a fence: it waits for every transaction that
 * has written, and refuses later ones even when their snapshot is older. A plain SELECT leaks.
 *
 * An applier that has already share-locked and checked the row in the same transaction says so in
 * `@matapalo_checked` (see `checkedFence`) and is spared one lookup a row.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { fenceTable, quoteName, quoteTable, quoteText } from '../names.ts'

export type TriggerEvent = 'INSERT' | 'UPDATE' | 'DELETE'

export interface FencedTables {
  readonly domain: string
  /** The application's schema on this server. */
  readonly schema: string
  readonly tables: readonly string[]
  /** Account names (without host) that may write while the fence is closed. */
  readonly passing: readonly string[]
}

export interface FenceTrigger {
  readonly schema: string
  readonly table: string
  readonly name: string
  readonly event: TriggerEvent
  /** Exactly what `information_schema.TRIGGERS.ACTION_STATEMENT` shows once it is installed. */
  readonly body: string
}

export const triggerEvents: readonly TriggerEvent[] = ['INSERT', 'UPDATE', 'DELETE']

/** MariaDB allows 64 characters in a name. */
const nameLimit = 64
/** And 128 in a SIGNAL's message. */
const messageLimit = 128

export const triggerPrefix = 'matapalo_'

/** `matapalo_catalog_books_bi`; a name that would be too long ends in a digest instead. */
export function triggerName(domain: string, table: string, event: TriggerEvent): string {
  const letter = { INSERT: 'bi', UPDATE: 'bu', DELETE: 'bd' }[event]
  const name = `${triggerPrefix}${domain}_${table}_${letter}`
  if (name.length <= nameLimit) return name
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 12)
  return `${name.slice(0, nameLimit - 16)}_${digest}_${letter}`
}

/** The longest message the trigger can give leaves 20 digits for the term. */
const refusal = (domain: string, table: string): string => {
  const message = (name: string): string =>
    `matapalo: ${name} belongs to domain ${domain}, owned by the other side; this side is fenced (term `
  const room = messageLimit - 21 - message('').length
  return message(table.length <= room ? table : `${table.slice(0, Math.max(1, room - 1))}…`)
}

const passes = (accounts: readonly string[]): string =>
  accounts
    .map((account) => `LEFT(USER(), ${account.length + 1}) = ${quoteText(`${account}@`)}`)
    .join(' OR ')

const bodyOf = (domain: string, table: string, passing: readonly string[]): string => `BEGIN
  DECLARE is_closed TINYINT DEFAULT NULL;
  DECLARE at_term BIGINT UNSIGNED DEFAULT NULL;
  DECLARE message VARCHAR(128);
  IF NOT (@matapalo_checked <=> ${quoteText(domain)} AND (${passes(passing)})) THEN
    SELECT closed, term INTO is_closed, at_term FROM ${fenceTable(domain)} WHERE id = 1 LOCK IN SHARE MODE;
    IF is_closed IS NULL THEN
      SET message = ${quoteText(`matapalo: the fence row of domain ${domain} is missing: nobody may write`)};
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = message;
    END IF;
    IF ${passes(passing)} THEN
      IF is_closed = 0 OR NOT (@matapalo_term <=> at_term) THEN
        SET message = CONCAT(${quoteText(`matapalo: applier of domain ${domain} refused, fence is `)}, IF(is_closed = 0, 'open', 'closed'), ' at term ', at_term);
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = message;
      END IF;
    ELSEIF is_closed <> 0 THEN
      SET message = CONCAT(${quoteText(refusal(domain, table))}, at_term, ')');
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = message;
    END IF;
  END IF;
END`

export const fenceTriggers = (fenced: FencedTables): readonly FenceTrigger[] =>
  fenced.tables.flatMap((table) =>
    triggerEvents.map((event) => ({
      schema: fenced.schema,
      table,
      name: triggerName(fenced.domain, table, event),
      event,
      body: bodyOf(fenced.domain, table, fenced.passing),
    })),
  )

/** The account that runs this becomes the definer, so the application needs no right on the fence. */
export const createTrigger = (trigger: FenceTrigger): string =>
  `CREATE OR REPLACE DEFINER = CURRENT_USER TRIGGER ${quoteTable(trigger.schema, trigger.name)}
   BEFORE ${trigger.event} ON ${quoteTable(trigger.schema, trigger.table)} FOR EACH ROW ${trigger.body}`

export const dropTrigger = (schema: string, name: string): string =>
  `DROP TRIGGER IF EXISTS ${quoteName(schema)}.${quoteName(name)}`
