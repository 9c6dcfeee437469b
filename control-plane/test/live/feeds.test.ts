import type { ConnectClient, ConnectorPlace } from '@matapalo/cdc/connectors'
import { expect } from 'chai'
import { Feeds, type FeedsParts } from '../../src/live/feeds.ts'

describe('reviving a connector', () => {
  /** Only what it asks and orders. */
  const revived = async (state: string, place: ConnectorPlace): Promise<readonly string[]> => {
    const orders: string[] = []
    const connect: Partial<ConnectClient> = {
      status: async () => ({ state: state as 'FAILED', reason: null }),
      place: async () => place,
      restart: async (name) => void orders.push(`restart ${name}`),
      startAnew: async (name) => void orders.push(`start ${name} anew`),
    }
    const feeds = new Feeds({ connect } as FeedsParts) // the rest is not asked
    const told = await feeds.revive('monolith', 0)
    expect(told).to.equal(orders.length > 0)
    return orders
  }

  it('restarts one that has failed, where it stood', async () => {
    for (const place of ['stored', 'none', 'unknown'] as const) {
      expect(await revived('FAILED', place)).to.deep.equal(['restart matapalo-monolith'])
    }
  })

  it('starts one anew that has never stood anywhere', async () => {
    expect(await revived('FAILED', 'hollow')).to.deep.equal(['start matapalo-monolith anew'])
  })

  it('leaves one alone that runs, or that somebody has paused', async () => {
    expect(await revived('RUNNING', 'stored')).to.deep.equal([])
    expect(await revived('PAUSED', 'hollow')).to.deep.equal([])
  })
})
