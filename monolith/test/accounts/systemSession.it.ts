import { expect } from 'chai'
import { systemEmail, systemSession } from '../../src/accounts/systemSession.ts'
import type { Database } from '../../src/database.ts'
import { type Door, openDoor } from '../../src/door/door.ts'
import type { OpenShop } from '../../src/shop.ts'
import { openTestShop, seededDatabase } from '../support/shopUnderTest.ts'

describe("the session of the shop's own account", function () {
  this.timeout(60_000)
  let db: Database
  let open: OpenShop
  before(async () => {
    db = await seededDatabase()
    open = await openTestShop()
  })
  afterEach(async () => {
    for (const event of ['insert', 'update']) {
      for (const table of ['users', 'user_roles', 'sessions']) {
        await db.run(`DROP TRIGGER IF EXISTS moved_${table}_${event}`)
      }
    }
  })
  after(async () => {
    await open?.close()
    await db?.close()
  })

  const door = () => openDoor({ urls: () => [`http://127.0.0.1:${open.port}`], patienceMs: 3_000 })
  /** As a table is when its part of the shop has moved away. */
  async function refuseWrites(...tables: string[]) {
    for (const table of tables) {
      for (const event of ['insert', 'update']) {
        await db.run(`CREATE TRIGGER moved_${table}_${event} BEFORE ${event} ON ${table}
          FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'moved'`)
      }
    }
  }
  async function rolesOf(cookie: string) {
    const response = await fetch(`http://127.0.0.1:${open.port}/api/session`, {
      headers: { cookie: `sid=${cookie}` },
    })
    return ((await response.json()) as { user: { roles: string[] } | null }).user?.roles
  }
  const account = () => db.query('SELECT * FROM users WHERE email = ?', [systemEmail])
  const opened = (password: string | null, at: Door = door()) =>
    systemSession({ db, door: at, password })

  it('is written by the shop itself where it has no password', async () => {
    expect(await rolesOf(await opened(null).cookie())).to.deep.equal(['system'])
    const before = await account()
    await opened(null).cookie()
    expect(await account()).to.deep.equal(before)
  })

  it('is a login with a password, which the account gets once', async () => {
    expect(await rolesOf(await opened('a first password').cookie())).to.deep.equal(['system'])
    expect(await rolesOf(await opened('another password').cookie())).to.deep.equal(['system'])
    const before = await account()
    await opened('another password').cookie()
    expect(await account()).to.deep.equal(before)
  })

  it('needs no table of the accounts once it has been there', async () => {
    await opened('a password for good').cookie()
    // The door writes the session; whoever owns the accounts answers there.
    await refuseWrites('users', 'user_roles')
    expect(await rolesOf(await opened('a password for good').cookie())).to.deep.equal(['system'])
  })

  it('is refused where the account cannot be mended, and not tried again each time', async () => {
    await opened('the right password').cookie()
    await refuseWrites('users', 'user_roles')
    let logins = 0
    const counting: Door = {
      ask: (question) => {
        logins += 1
        return door().ask(question)
      },
    }
    const session = opened('some other password', counting)
    for (let time = 0; time < 3; time += 1) {
      const error = await session.cookie().catch((each: unknown) => each)
      expect(error).to.include({ status: 503, code: 'system_login_refused' })
    }
    expect(logins).to.equal(2)
  })

  it('is opened once for all who ask at once, and anew when it was refused', async () => {
    const session = opened('a password for good')
    const [first, second] = await Promise.all([session.cookie(), session.cookie()])
    expect(second).to.equal(first)
    session.forget()
    expect(await session.cookie()).to.not.equal(first)
  })
})
