/**
 * The provider's records in a table. What is consumed is consumed once, whoever asks how often at the
 * same time. Runs in the transaction of the request, where there is one.
 *
 * @module
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Database,
  isUnavailable,
  type Queryable,
  type Transaction,
} from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'

type Payload = Record<string, unknown>

/** What oidc-provider calls an adapter. */
export interface Records {
  upsert(id: string, payload: Payload, expiresIn: number | undefined): Promise<void>
  find(id: string): Promise<Payload | undefined>
  findByUid(uid: string): Promise<Payload | undefined>
  findByUserCode(code: string): Promise<Payload | undefined>
  consume(id: string): Promise<void>
  destroy(id: string): Promise<void>
  revokeByGrantId(grantId: string): Promise<void>
}

const current = new AsyncLocalStorage<Transaction | undefined>()

export const inside = <T>(transaction: Transaction | undefined, work: () => T): T =>
  current.run(transaction, work)

/** The request's transaction, or the pool. */
export const queryableOf = (database: Database): Queryable => current.getStore() ?? database

export interface Verdicts {
  /** The record was consumed by somebody else just now. */
  alreadyUsed(): Error
  databaseAway(cause: unknown): Error
}

interface Row {
  readonly payload: string
  readonly consumed_at: string | null
}

const payloadOf = (row: Row | undefined): Payload | undefined => {
  if (row === undefined) return undefined
  const payload = JSON.parse(row.payload) as Payload
  if (row.consumed_at === null) return payload
  return { ...payload, consumed: Math.floor(Date.parse(`${row.consumed_at}Z`) / 1000) }
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null)

export function recordsOf(
  database: Database,
  verdicts: Verdicts,
  now: () => Date,
): (kind: string) => Records {
  const translated = async <T>(work: (on: Queryable) => Promise<T>): Promise<T> => {
    try {
      return await work(queryableOf(database))
    } catch (error) {
      throw isUnavailable(error) ? verdicts.databaseAway(error) : error
    }
  }
  return (kind) => {
    const living = (on: Queryable) =>
      on('oidc_record')
        .where({ kind })
        .where((either) =>
          either.whereNull('expires_at').orWhere('expires_at', '>', utcText(now())),
        )
    const findBy = (where: Readonly<Record<string, string>>) =>
      translated(async (on) => {
        const row: Row | undefined = await living(on).where(where).first('payload', 'consumed_at')
        return payloadOf(row)
      })
    return {
      upsert: (id, payload, expiresIn) =>
        translated(async (on) => {
          const row = {
            payload: JSON.stringify(payload),
            grant_id: textOrNull(payload.grantId),
            uid: textOrNull(payload.uid),
            expires_at:
              expiresIn === undefined
                ? null
                : utcText(new Date(now().getTime() + expiresIn * 1000)),
          }
          await on('oidc_record')
            .insert({ kind, id, ...row })
            .onConflict(['kind', 'id'])
            .merge(row)
        }),
      find: (id) => findBy({ id }),
      findByUid: (uid) => findBy({ uid }),
      // Device flow is off.
      findByUserCode: async () => undefined,
      consume: (id) =>
        translated(async (on) => {
          const changed = await on('oidc_record')
            .where({ kind, id })
            .whereNull('consumed_at')
            .update({ consumed_at: now().toISOString().slice(0, 23).replace('T', ' ') })
          if (changed === 0) throw verdicts.alreadyUsed()
        }),
      destroy: (id) =>
        translated(async (on) => {
          await on('oidc_record').where({ kind, id }).delete()
        }),
      revokeByGrantId: (grantId) =>
        translated(async (on) => {
          await on('oidc_record').where({ kind, grant_id: grantId }).delete()
        }),
    }
  }
}

export async function sweepRecords(on: Queryable): Promise<void> {
  await on('oidc_record').whereRaw('expires_at <= UTC_TIMESTAMP()').limit(1000).delete()
}
