import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import type { Component, Site } from '../../src/stack/component.ts'
import { composePlaces } from '../../src/stack/compose.ts'
import { root } from '../../src/stack/instance.ts'
import { makeSecrets } from '../../src/stack/secrets.ts'
import { Supervised } from '../../src/stack/supervised.ts'

describe('a supervised process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'matapalo-supervised-'))
  const site: Site = {
    places: { ...composePlaces, secrets: makeSecrets() },
    ...{ folder, root, shared: folder, temporary: true },
  }
  const log = join(folder, 'log')
  const begun = (): number =>
    existsSync(log) ? readFileSync(log, 'utf8').split('begun').length - 1 : 0
  const make = (recover: NonNullable<Component['recover']>): Supervised =>
    new Supervised(
      {
        ...{ name: 'kafka', ports: {}, needs: [], memoryMiB: 1_000 },
        environment: () => ({}),
        recover,
        launch: () => ({
          command: process.execPath,
          args: ['-e', 'console.log("begun"); setInterval(() => {}, 1000)'],
        }),
        ready: async () => begun() > 0,
        container: () => ({ health: [] }),
      },
      site,
      log,
      {},
    )
  let supervised: Supervised | undefined

  beforeEach(() => rmSync(log, { force: true }))
  afterEach(() => supervised?.stop(0))
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('is put right before it starts, and again after each death', async () => {
    let times = 0
    const order: string[] = []
    supervised = make(async () => {
      times += 1
      order.push(`${times} with ${begun()} begun`)
    })
    supervised.start()
    await supervised.ready(5_000)
    supervised.signal('SIGKILL')
    await until(() => begun() === 2, { timeoutMs: 5_000 })
    expect(order).to.deep.equal(['1 with 0 begun', '2 with 1 begun'])
  })

  it('says why it could not be put right, and tries again', async () => {
    let times = 0
    supervised = make(async () => {
      times += 1
      if (times === 1) throw new Error('its folder is in use')
    })
    supervised.start()
    await supervised.ready(5_000)
    expect(supervised.logEnd()).to.contain('its folder is in use')
    expect(supervised.restarts).to.equal(1)
  })

  it('is not started when it is stopped while it is put right', async () => {
    let aborted = false
    supervised = make(
      (_, signal) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => {
            aborted = true
            resolve()
          }),
        ),
    )
    supervised.start()
    await supervised.stop(0)
    expect(aborted).to.equal(true)
    expect(supervised.state).to.equal('stopped')
    expect(begun()).to.equal(0)
  })
})
