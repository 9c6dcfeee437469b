/**
 * One process at a time applies a feed: it writes its name and its connection into the state row.
 *
 * A second process stands by. It takes over when the holder's connection is gone, or has slept
 * longer than `staleMs` (a stopped process; a living one speaks every half second): that connection
 * is killed first, so that whatever it still had open rolls back. A stopped process that wakes up
 * finds its connection dead and its claim taken.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import type { Direction } from '@matapalo/core'
import { type Log, type Session, serverErrorNumber, sleep } from '@matapalo/runtime'
import { toolkitTable } from '../names.ts'
import { lockState, type Stored } from './state.ts'

export interface Claim {
  readonly claim: string
  readonly stored: Stored
}

export interface ClaimOptions {
  readonly domain: string
  readonly direction: Direction
  /** 3000 by default (three seconds). */
  readonly staleMs?: number
  readonly signal: AbortSignal
  readonly log: Log
}

const table = toolkitTable('applier_state')
const unknownThread = 1094

/** Waits for its turn. `session` is the connection that will apply. */
export async function claimState(session: Session, options: ClaimOptions): Promise<Claim> {
  const { domain, direction, signal, log } = options
  const staleMs = options.staleMs ?? 3_000
  const claim = randomUUID()
  await session.execute(
    `INSERT IGNORE INTO ${table} (domain, direction, mode, status) VALUES (?, ?, 'audit', 'starting')`,
    [domain, direction],
  )
  for (let waits = 0; ; waits += 1) {
    signal.throwIfAborted()
    const seen = await lookAt(session, domain, direction)
    if (seen.connection !== null && seen.sleptMs <= staleMs) {
      if (waits === 0) log.info({ domain, direction }, 'applier.standsBy')
      await sleep(250, undefined, { signal })
      continue
    }
    if (seen.connection !== null) {
      log.warn({ domain, direction, sleptMs: seen.sleptMs }, 'applier.killsStaleClaim')
      await session.execute(`KILL CONNECTION ${seen.connection}`).catch((error: unknown) => {
        if (serverErrorNumber(error) !== unknownThread) throw error
      })
    }
    await session.execute('START TRANSACTION')
    const stored = await lockState(session, domain, direction)
    // Another standby may have been faster between the look and the lock.
    const mine = stored.claim === seen.claim
    if (mine) {
      await session.execute(
        `UPDATE ${table} SET claim = ?, claim_connection = CONNECTION_ID(), claim_at = NOW(6)
         WHERE domain = ? AND direction = ?`,
        [claim, domain, direction],
      )
    }
    await session.execute(mine ? 'COMMIT' : 'ROLLBACK')
    if (mine) return { claim, stored }
  }
}

/** Gives the claim back, so that a standby need not wait. */
export async function releaseClaim(
  session: Session,
  domain: string,
  direction: Direction,
  claim: string,
): Promise<void> {
  await session.execute(
    `UPDATE ${table} SET claim = NULL, claim_connection = NULL
     WHERE domain = ? AND direction = ? AND claim = ?`,
    [domain, direction, claim],
  )
}

interface Seen {
  readonly claim: string | null
  /** The holder's connection while it lives; null: nobody holds the row. */
  readonly connection: number | null
  readonly sleptMs: number
}

/** Not a locking read: a stopped holder may have the row locked. */
async function lookAt(session: Session, domain: string, direction: Direction): Promise<Seen> {
  const [row] = await session.query(
    `SELECT s.claim, p.ID AS connection, IF(p.COMMAND = 'Sleep', p.TIME_MS, 0) AS slept
     FROM ${table} s LEFT JOIN information_schema.PROCESSLIST p
       ON p.ID = s.claim_connection AND p.USER = SUBSTRING_INDEX(USER(), '@', 1)
     WHERE s.domain = ? AND s.direction = ?`,
    [domain, direction],
  )
  const claim = row?.claim ?? null
  const connection = row?.connection ?? null
  return {
    claim: claim === null ? null : String(claim),
    connection: claim === null || connection === null ? null : Number(connection),
    sleptMs: Number(row?.slept ?? 0),
  }
}
