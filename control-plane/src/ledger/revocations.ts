/**
 * Privileges of an application that were taken at the side that does not own a domain. Written before
 * anything is taken, so that whoever comes next knows what to give back.
 *
 * @module
 */
import type { Privileges } from '@matapalo/cdc/grants'
import type { Side } from '@matapalo/core'
import type { Session } from '@matapalo/runtime'
import { fromJson, toJson } from './json.ts'

/** `intended`: perhaps taken. `given`: given back; kept, to see that they stay. */
export type RevocationState = 'intended' | 'taken' | 'given'

export interface Revocation {
  readonly side: Side
  /** Of the ownership under which they are taken. */
  readonly term: number
  readonly state: RevocationState
  readonly privileges: Privileges
}

export async function readRevocations(
  db: Pick<Session, 'query'>,
  domain: string,
): Promise<readonly Revocation[]> {
  const rows = await db.query(
    'SELECT side, term, state, privileges FROM revocation WHERE domain = ? ORDER BY side',
    [domain],
  )
  return rows.map((row) => ({
    // ENUM columns: the database holds nothing else.
    side: row.side as Side,
    term: Number(row.term),
    state: row.state as RevocationState,
    privileges: fromJson<Privileges>(row.privileges) ?? { taken: [], wider: [] },
  }))
}

export async function writeRevocation(
  db: Pick<Session, 'execute'>,
  domain: string,
  { side, term, state, privileges }: Revocation,
): Promise<void> {
  await db.execute(
    `INSERT INTO revocation (domain, side, term, state, privileges) VALUES (?, ?, ?, ?, ?)
     ON DUPLICATE KEY UPDATE term = VALUES(term), state = VALUES(state),
       privileges = VALUES(privileges), at = NOW(6)`,
    [domain, side, term, state, toJson(privileges)],
  )
}
