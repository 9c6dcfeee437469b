/**
 * One process at a time applies a feed. Its applying session holds a named lock of the target's
 * server, which ends with the connection and names it surely (connection ids begin again when a
 * server restarts); the state row carries the holder's random name, which every transaction checks.
 *
 * A second process stands by. It takes over when the lock is free, or when the holder's connection
 * has slept longer than `staleMs` (a stopped process; a living one speaks every half second): that
 * connection is killed first, so that whatever it still had open rolls back. A stopped process that
 * wakes up finds its connection dead and its claim taken.
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

/** Whose holder applies the feed. At most 64 characters, as a fence's table name allows 58 for the domain. */
export const claimLock = (domain: string, direction: Direction): string =>
  `mp:${direction === 'forward' ? 'f' : 'r'}:${domain}`

/** Waits for its turn. `session` is the connection that will apply. */
export async function claimState(session: Session, options: ClaimOptions): Promise<Claim> {
  const { domain, direction, signal, log } = options
  const lock = claimLock(domain, direction)
  await session.execute(
    `INSERT IGNORE INTO ${table} (domain, direction, mode, status) VALUES (?, ?, 'audit', 'starting')`,
    [domain, direction],
  )
  for (let waits = 0; ; waits += 1) {
    signal.throwIfAborted()
    const [got] = await session.query('SELECT GET_LOCK(?, 0) AS got', [lock])
    if (Number(got?.got) === 1) return takeRow(session, domain, direction)
    if (waits === 0) log.info({ domain, direction }, 'applier.standsBy')
    const killed = await killStale(session, lock, options.staleMs ?? 3_000)
    if (killed) log.warn({ domain, direction }, 'applier.killsStaleClaim')
    await sleep(killed ? 10 : 250, undefined, { signal })
  }
}

async function takeRow(session: Session, domain: string, direction: Direction): Promise<Claim> {
  const claim = randomUUID()
  await session.execute('START TRANSACTION')
  const stored = await lockState(session, domain, direction)
  await session.execute(
    `UPDATE ${table} SET claim = ?, claim_connection = CONNECTION_ID(), claim_at = NOW(6)
     WHERE domain = ? AND direction = ?`,
    [claim, domain, direction],
  )
  await session.execute('COMMIT')
  return { claim, stored }
}

/** @returns true when the holder's connection slept too long and was killed */
async function killStale(session: Session, lock: string, staleMs: number): Promise<boolean> {
  const [holder] = await session.query(
    `SELECT ID AS id FROM information_schema.PROCESSLIST
     WHERE ID = IS_USED_LOCK(?) AND COMMAND = 'Sleep' AND TIME_MS > ?`,
    [lock, staleMs],
  )
  if (holder === undefined) return false
  await session.execute(`KILL CONNECTION ${Number(holder.id)}`).catch((error: unknown) => {
    if (serverErrorNumber(error) !== unknownThread) throw error
  })
  return true
}

/** Gives lock and row back, so that a standby need not wait. */
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
  await session.query('SELECT RELEASE_LOCK(?)', [claimLock(domain, direction)])
}
