import type { IncomingMessage } from 'node:http'
import { expect } from 'chai'
import { addressOf } from '../../src/login/address.ts'
import { networkOf } from '../../src/login/throttle.ts'

const request = (forwarded?: string): IncomingMessage =>
  ({
    socket: { remoteAddress: '10.0.0.1' },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    // Only these two are looked at.
  }) as unknown as IncomingMessage

describe('addressOf', () => {
  for (const [proxies, header, address] of [
    [0, '6.6.6.6', '10.0.0.1'],
    [1, '6.6.6.6, 203.0.113.7', '203.0.113.7'],
    [2, '6.6.6.6, 203.0.113.7, 10.0.0.9', '203.0.113.7'],
    [1, undefined, '10.0.0.1'],
    [2, '203.0.113.7', '10.0.0.1'],
  ] as const) {
    it(`is ${address} behind ${proxies} proxies with ${header}`, () => {
      expect(addressOf(request(header), proxies)).to.equal(address)
    })
  }
})

describe('networkOf', () => {
  for (const [address, network] of [
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ] as const) {
    it(`takes ${address} for ${network}`, () => {
      expect(networkOf(address)).to.equal(network)
    })
  }
})
