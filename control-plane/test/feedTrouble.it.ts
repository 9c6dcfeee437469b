import { openDb, until } from '@matapalo/runtime'
import { expect } from 'chai'
import { Rig } from './support/rig.ts'

interface Status {
  readonly feeds: readonly {
    readonly direction: string
    readonly trouble: { readonly state: string; readonly cause: string } | null
  }[]
}

describe('a feed that stands', function () {
  this.timeout(180_000)
  let rig: Rig

  before(async () => {
    rig = await Rig.open('standing')
    await rig.migrate()
    await rig.passable('cutover')
  })
  after(() => rig?.close())

  const trouble = async (direction: string): Promise<string | undefined> => {
    const { feeds } = await rig.must<Status>('GET', '/v1/domains/catalog')
    return feeds.find((one) => one.direction === direction)?.trouble?.state
  }
  const tells = async (direction: string, state: string | undefined): Promise<void> => {
    let last: string | undefined
    await until(
      async () => {
        last = await trouble(direction)
        return last === state
      },
      { timeoutMs: 40_000, everyMs: 300 },
    )
    expect(last).to.equal(state)
  }
  const connect = async (method: string, path: string): Promise<void> => {
    const response = await fetch(`${rig.stack.urls.connect}/connectors/matapalo-services${path}`, {
      method,
    })
    expect(response.ok, `${method} ${path}: ${response.status}`).to.equal(true)
  }

  it('says that its connector was paused, for its own direction only', async () => {
    await connect('PUT', '/pause')
    await tells('reverse', 'connectorPaused')
    expect(await trouble('forward')).to.equal(undefined)
    await connect('PUT', '/resume')
    await tells('reverse', undefined)
  })

  it('says whose lock its applier waits for', async () => {
    await rig.conductor.service.session(async (session) => {
      await session.execute('START TRANSACTION')
      await session.query(
        "SELECT * FROM matapalo.applier_state WHERE domain = 'catalog' AND direction = 'forward' FOR UPDATE",
      )
      await tells('forward', 'applierBlocked')
      await session.execute('ROLLBACK')
    })
    await tells('forward', undefined)
  })

  it('says why its connector has failed, and is well by itself once the cause is mended', async () => {
    const root = openDb({ url: new URL(rig.stack.urls['services-db.root'] ?? ''), poolSize: 1 })
    try {
      await root.execute("REVOKE REPLICATION SLAVE ON *.* FROM 'matapalo_feed'@'%'")
      await connect('POST', '/restart?includeTasks=true')
      await tells('reverse', 'connectorFailed')
      await root.execute("GRANT REPLICATION SLAVE ON *.* TO 'matapalo_feed'@'%'")
      await tells('reverse', undefined)
    } finally {
      await root.close()
    }
  })

  it('is well again after its connector was restarted', async () => {
    await connect('POST', '/restart?includeTasks=true')
    await tells('reverse', undefined)
    await rig.passable('cutover')
  })
})
