/**
 * What customers do with their account, and what they read back of it.
 *
 * @module
 */
import { Expectation } from './expectation.ts'
import { json, type Shopper } from './shopper.ts'

/** The parts of an account that only its session changes. */
export interface OwnAccount {
  readonly userId: number
  readonly street: Expectation
  /** One field of the preferences, which are free. */
  readonly mark: Expectation
}

/** What stands for a value that was never set. */
const unset = '-'

/** Asks who one is. @throws Error when the session is nobody's */
export async function meetAccount(shopper: Shopper): Promise<OwnAccount> {
  const session = await shopper.ask({ method: 'GET', path: '/api/session' })
  const user = session === undefined ? null : (json(session).user as { id?: unknown } | null)
  if (typeof user?.id !== 'number') throw new Error(`${shopper.name} is nobody after its login`)
  const profile = await shopper.ask({ method: 'GET', path: '/api/profile' })
  const preferences = await shopper.ask({ method: 'GET', path: '/api/preferences' })
  if (profile === undefined || preferences === undefined) {
    throw new Error(`${shopper.name} cannot read its account`)
  }
  return {
    userId: user.id,
    street: new Expectation(streetIn(json(profile))),
    mark: new Expectation(markIn(json(preferences))),
  }
}

const streetIn = ({ street }: Record<string, unknown>): string =>
  typeof street === 'string' ? street : unset

const markIn = ({ prefs }: Record<string, unknown>): string => {
  const { mark } = (prefs ?? {}) as { mark?: unknown }
  return typeof mark === 'string' ? mark : unset
}

export async function changeProfile(shopper: Shopper, account: OwnAccount): Promise<void> {
  const street = shopper.reference('street')
  const answer = await shopper.ask(
    { method: 'PUT', path: '/api/profile', json: { street, city: 'Bogotá', country: 'CO' } },
    { domainWrite: true },
  )
  if (answer === undefined) return account.street.maybe(street)
  account.street.become(street)
  await readProfile(shopper, account)
}

export async function changePreferences(shopper: Shopper, account: OwnAccount): Promise<void> {
  const mark = shopper.reference('mark')
  const newsletter = shopper.ports.random.below(2) === 0
  const answer = await shopper.ask(
    {
      method: 'PUT',
      path: '/api/preferences',
      json: { newsletter, prefs: { mark, per_page: 20 } },
    },
    { domainWrite: true },
  )
  if (answer === undefined) return account.mark.maybe(mark)
  account.mark.become(mark)
  await readPreferences(shopper, account)
}

export async function readProfile(shopper: Shopper, { street }: OwnAccount): Promise<void> {
  const { tally } = shopper.ports
  tally.ownRead('users')
  const answer = await shopper.ask({ method: 'GET', path: '/api/profile' })
  if (answer === undefined) return
  const seen = streetIn(json(answer))
  if (!street.allows(seen)) {
    tally.stale(`${shopper.name}: profile says ${seen}, wrote ${street}`, 'users')
  }
}

export async function readPreferences(shopper: Shopper, { mark }: OwnAccount): Promise<void> {
  const { tally } = shopper.ports
  tally.ownRead('users')
  const answer = await shopper.ask({ method: 'GET', path: '/api/preferences' })
  if (answer === undefined) return
  const seen = markIn(json(answer))
  if (!mark.allows(seen)) {
    tally.stale(`${shopper.name}: preferences say ${seen}, wrote ${mark}`, 'users')
  }
}

/** `GET /api/session` turns nobody away: it says `null`, which for a live session is the same. */
export async function readSession(shopper: Shopper, { userId }: OwnAccount): Promise<void> {
  const { tally } = shopper.ports
  const { live } = shopper.credential
  tally.ownRead('users')
  const answer = await shopper.ask({ method: 'GET', path: '/api/session' })
  if (answer === undefined || !live) return
  const user = json(answer).user as { id?: unknown } | null
  if (user?.id === userId) return
  tally.forcedLogout('users', `${shopper.name}: the session is of ${user?.id ?? 'nobody'}`)
}
