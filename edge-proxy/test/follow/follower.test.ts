import { silentLog } from '@matapalo/runtime'
import { expect } from 'chai'
import { Follower } from '../../src/follow/follower.ts'
import type { TableFile } from '../../src/follow/tableFile.ts'
import { TableInForce } from '../../src/tableInForce.ts'
import { catalog, routes } from '../harness.ts'

const table = (epoch: number, change: object = {}): unknown => ({
  epoch,
  domains: [catalog],
  routes,
  upstreams: { monolith: ['http://127.0.0.1:1'] },
  ...change,
})

describe('Follower', () => {
  let inForce: TableInForce
  let written: number[]
  let arrivals: boolean[]
  let follower: Follower

  beforeEach(() => {
    inForce = new TableInForce()
    written = []
    arrivals = []
    const file: Pick<TableFile, 'read' | 'write' | 'flush'> = {
      read: async () => null,
      write: ({ epoch }) => written.push(epoch),
      flush: async () => undefined,
    }
    follower = new Follower({
      inForce,
      ledger: { newer: async () => null, acknowledge: async () => undefined },
      // The part of a file that is asked for.
      file: file as TableFile,
      standing: () => undefined,
      onIsolation: () => undefined,
      onArrival: (good) => arrivals.push(good),
      log: silentLog,
      epochDelayMs: 0,
    })
  })

  it('keeps the last good table in force, and in its file, when what arrives is none', () => {
    follower.onTable(table(1))
    follower.onTable(table(2, { routes: [{ id: 'half' }] }))
    follower.onTable('nonsense')
    expect(inForce.epoch).to.equal(1)
    expect(written).to.deep.equal([1])
    expect(arrivals).to.deep.equal([true, false, false])
  })

  it('takes the next good one', () => {
    follower.onTable(table(1, { upstreams: {} }))
    expect(inForce.table).to.equal(undefined)
    follower.onTable(table(2))
    expect(inForce.epoch).to.equal(2)
    expect(arrivals).to.deep.equal([false, true])
  })
})
