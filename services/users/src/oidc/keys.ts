/**
 * Signing keys (ES256): one signs, the next is published long before it does, the last ones stay
 * published until nothing they signed is valid any more. Private keys are sealed in their table.
 *
 * @module
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import {
  type Database,
  inTransaction,
  isDuplicate,
  type Queryable,
  type Transaction,
} from '@bookshop/kit/database'
import { utcText } from '@bookshop/kit/instants'
import type { Secrets } from '../secrets.ts'

export type Jwk = Readonly<Record<string, unknown>>

/** Longer than any token lives and any key set is cached. */
const publishedMs = 86_400_000

export interface SigningKeys {
  /** Private JWKs, the signing one first. */
  load(): Promise<readonly Jwk[]>
  /** Makes what is missing, rotates what is due. Two processes may call it at once. */
  tend(): Promise<void>
  /** The next key signs from now on, whatever the age of the current one. */
  rotate(): Promise<void>
}

interface Row {
  readonly kid: string
  readonly slot: 'current' | 'next' | null
  readonly private_key: string
  readonly current_since: string | null
}

const age = (utc: string | null, now: Date): number =>
  utc === null ? 0 : now.getTime() - Date.parse(`${utc.replace(' ', 'T')}Z`)

export function signingKeys(
  database: Database,
  secrets: Secrets,
  days: number,
  now: () => Date,
): SigningKeys {
  const make = async (on: Queryable, slot: 'current' | 'next'): Promise<void> => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const kid = randomBytes(12).toString('base64url')
    const jwk = { ...privateKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }
    await on('signing_key').insert({
      kid,
      slot,
      private_key: secrets.seal(JSON.stringify(jwk)),
      created_at: utcText(now()),
      current_since: slot === 'current' ? utcText(now()) : null,
    })
  }

  const advance = async (transaction: Transaction): Promise<void> => {
    const at = utcText(now())
    await transaction('signing_key')
      .where({ slot: 'current' })
      .update({ slot: null, retired_at: at })
    await transaction('signing_key')
      .where({ slot: 'next' })
      .update({ slot: 'current', current_since: at })
    await make(transaction, 'next')
  }

  const tend = (force: boolean): Promise<void> =>
    inTransaction(database, async (transaction) => {
      const rows: Row[] = await transaction('signing_key')
        .whereNotNull('slot')
        .orderBy('kid')
        .forUpdate()
      const current = rows.find(({ slot }) => slot === 'current')
      if (!current) await make(transaction, 'current')
      if (!rows.some(({ slot }) => slot === 'next')) await make(transaction, 'next')
      else if (current && (force || age(current.current_since, now()) > days * 86_400_000)) {
        await advance(transaction)
      }
      const old = utcText(new Date(now().getTime() - publishedMs))
      await transaction('signing_key').where('retired_at', '<', old).delete()
    })

  const tendOnce = async (force: boolean): Promise<void> => {
    try {
      await tend(force)
    } catch (error) {
      // Another process made them at the same moment.
      if (!isDuplicate(error)) throw error
    }
  }

  return {
    tend: () => tendOnce(false),
    rotate: () => tendOnce(true),
    async load() {
      const rows: Row[] = await database('signing_key').orderByRaw(
        "slot <=> 'current' DESC, slot <=> 'next' DESC, retired_at DESC",
      )
      return rows.map((row) => JSON.parse(secrets.open(row.private_key)) as Jwk)
    },
  }
}
