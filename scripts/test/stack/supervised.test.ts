import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
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
    ...{ folder, root, shared: folder },
  }
  /** Hears no SIGTERM, as a process that hangs. */
  const deaf = 'process.on("SIGTERM", () => {}); console.log("begun"); setInterval(() => {}, 1000)'
  let lives = true
  const component: Component = {
    ...{ name: 'connect', ports: {}, needs: [], memoryMiB: 1_000 },
    environment: () => ({}),
    launch: () => ({ command: process.execPath, args: ['-e', deaf] }),
    ready: async () => true,
    alive: { answers: async () => lives, withinMs: 250 },
    container: () => ({ health: [] }),
  }
  const log = join(folder, 'log')
  const supervised = new Supervised(component, site, log, {})
  const begun = (): number => readFileSync(log, 'utf8').split('begun').length - 1

  after(async () => {
    await supervised.stop(0)
    rmSync(folder, { recursive: true, force: true })
  })

  it('is started again when it runs on without doing its work, and only then', async () => {
    supervised.start()
    await supervised.ready(5_000)
    await until(() => begun() === 1, { timeoutMs: 5_000 })
    // Several times as long as it may be without an answer.
    const early = await until(() => supervised.restarts > 0, { timeoutMs: 1_000 })
    expect(early).to.equal(undefined)
    lives = false
    await until(() => supervised.restarts > 0, { timeoutMs: 5_000 })
    lives = true
    expect(supervised.restarts).to.equal(1)
    await until(() => begun() === 2, { timeoutMs: 5_000 })
    expect(begun()).to.equal(2)
  })
})
