/**
 * Somebody who registers, looks around, logs out and in again: sessions that begin and end while
 * domains move. What was ended must stay ended.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { meetAccount, readProfile } from './account.ts'
import { CookieCredential } from './credential.ts'
import { json, Shopper, type ShopperPorts } from './shopper.ts'

export interface VisitorWish {
  readonly name: string
  readonly turn: number
  readonly ports: ShopperPorts
}

const password = 'visitor-secret'

/** The rows of sessions are named by the hash of their cookie. */
const tokenOf = (cookie: string): string => createHash('sha256').update(cookie).digest('hex')

export async function visit({ name, turn, ports }: VisitorWish): Promise<void> {
  const { ledger, tally } = ports
  const credential = new CookieCredential()
  const shopper = new Shopper(name, turn, ports, credential)
  const email = `${name}@traffic.test`
  const account = ledger.open({ reference: email, kind: 'account', at: tally.now() })
  const registered = await shopper.ask(
    {
      method: 'POST',
      path: '/api/register',
      json: { email, name: 'Somebody Új', password },
    },
    { expect: [201], write: account, domainWrite: true },
  )
  if (registered === undefined) return
  await lookAround(shopper)
  await leave(shopper, credential)
  if ((await shopper.login(email, password)) === undefined) return
  tally.domainWrites += 1
  if (credential.value !== undefined) {
    const write = { reference: tokenOf(credential.value), kind: 'login', at: tally.now() } as const
    if (ports.random.below(4) === 0) ledger.open(write).fate = 'acknowledged'
    else await leave(shopper, credential)
  }
}

async function lookAround(shopper: Shopper): Promise<void> {
  try {
    await readProfile(shopper, await meetAccount(shopper))
  } catch {
    // What failed has been counted.
  }
}

/** After an answered logout the cookie opens nothing any more. */
async function leave(shopper: Shopper, credential: CookieCredential): Promise<void> {
  const { ledger, tally } = shopper.ports
  const cookie = credential.value
  if (cookie === undefined) return
  const write = ledger.open({ reference: tokenOf(cookie), kind: 'logout', at: tally.now() })
  if ((await shopper.logout(write)) === undefined) return
  tally.domainWrites += 1
  tally.ownRead('users')
  const answer = await shopper.ask({
    method: 'GET',
    path: '/api/session',
    headers: { cookie: `sid=${cookie}` },
  })
  if (answer !== undefined && json(answer).user !== null) {
    tally.stale(`${shopper.name}: logged out, and still in`, 'users')
  }
}
