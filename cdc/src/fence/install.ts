/**
 * Installing the fence's triggers, and telling whether they all stand.
 *
 * @module
 */
import { MatapaloError } from '@matapalo/core'
import type { Db } from '@matapalo/runtime'
import { runDdl } from './ddl.ts'
import { type Budget, sessionsKept } from './retry.ts'
import {
  createTrigger,
  dropTrigger,
  type FencedTables,
  type FenceTrigger,
  fenceTriggers,
  triggerPrefix,
} from './triggers.ts'

/** A table stayed busy for the whole budget; triggers installed so far stay, they are harmless. */
export class TriggersBlocked extends MatapaloError {
  readonly code = 'MATAPALO_TRIGGERS_BLOCKED'
  override readonly retryable = true

  constructor(domain: string, trigger: FenceTrigger, ms: number, cause: unknown) {
    super(
      `${domain}: table ${trigger.schema}.${trigger.table} stayed locked for ${Math.round(ms)} ms, ` +
        `trigger ${trigger.name} was not installed; end long transactions on it, then run: matapalo prepare ${domain}`,
      { cause },
    )
  }
}

/** What one schema's triggers looked like at one moment, by name. */
export type InstalledTriggers = ReadonlyMap<string, Readonly<Record<string, unknown>>>

/** The server opens every table of the schema for it: tens of milliseconds under load. */
export async function installedTriggers(
  db: Pick<Db, 'query'>,
  schema: string,
): Promise<InstalledTriggers> {
  const rows = await db.query(
    `SELECT TRIGGER_NAME AS name, EVENT_OBJECT_TABLE AS tbl, EVENT_MANIPULATION AS event,
            ACTION_TIMING AS timing, ACTION_STATEMENT AS body
     FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ?`,
    [schema],
  )
  return new Map(rows.map((row) => [String(row.name), row]))
}

/** @returns the triggers that are absent, or not exactly ours (changed body, order or definer) */
export const triggersAbsent = (
  present: InstalledTriggers,
  fenced: FencedTables,
): readonly FenceTrigger[] =>
  fenceTriggers(fenced).filter((wanted) => {
    const found = present.get(wanted.name)
    return !(
      found !== undefined &&
      found.tbl === wanted.table &&
      found.event === wanted.event &&
      found.timing === 'BEFORE' &&
      found.body === wanted.body
    )
  })

export const missingTriggers = async (
  db: Pick<Db, 'query'>,
  fenced: FencedTables,
): Promise<readonly FenceTrigger[]> =>
  triggersAbsent(await installedTriggers(db, fenced.schema), fenced)

export interface Installed {
  readonly installed: readonly string[]
  readonly waitedMs: number
}

/** Installs what is missing; `budget` is for the whole call. */
export async function installTriggers(
  db: Db,
  fenced: FencedTables,
  budget: Budget,
): Promise<Installed> {
  const begun = performance.now()
  const installed: string[] = []
  for (const trigger of await missingTriggers(db, fenced)) {
    const left = budget.budgetMs - (performance.now() - begun)
    const done = await runDdl(sessionsKept(db), createTrigger(trigger), {
      ...budget,
      budgetMs: left,
    })
    if (done.value === undefined) {
      throw new TriggersBlocked(fenced.domain, trigger, performance.now() - begun, done.lastError)
    }
    installed.push(trigger.name)
  }
  return { installed, waitedMs: performance.now() - begun }
}

/** For `decommission`, and for tests: drops this domain's triggers from the named tables. */
export async function removeTriggers(db: Db, fenced: FencedTables, budget: Budget): Promise<void> {
  for (const trigger of fenceTriggers(fenced)) {
    const done = await runDdl(sessionsKept(db), dropTrigger(trigger.schema, trigger.name), budget)
    if (done.value === undefined) {
      throw new TriggersBlocked(fenced.domain, trigger, done.waitedMs, done.lastError)
    }
  }
}

/** True for the toolkit's own triggers, which preflight must not mistake for the application's. */
export const isFenceTrigger = (name: string): boolean => name.startsWith(triggerPrefix)
