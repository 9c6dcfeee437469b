import { expect } from 'chai'
import { keyTimes, RemoteKeys } from '../../../src/identity/bearer/keys.ts'
import { KeysUnavailable } from '../../../src/identity/errors.ts'
import { type Issuer, newIssuer } from './issuer.ts'

describe('RemoteKeys', () => {
  let first: Issuer
  let second: Issuer
  let clock: number
  let fetches: number
  let failures: number
  let served: string | Error
  let keys: RemoteKeys

  before(async () => {
    first = await newIssuer('k1')
    second = await newIssuer('k2')
  })
  beforeEach(() => {
    clock = 1_000_000
    fetches = 0
    served = first.jwks
    failures = 0
    keys = new RemoteKeys({
      fetchKeys: async () => {
        fetches += 1
        if (served instanceof Error) throw served
        return served
      },
      onFailure: () => {
        failures += 1
      },
      now: () => clock,
    })
  })
  const find = async (kid: string): Promise<'found' | 'unavailable' | 'unknown'> => {
    try {
      await keys.find({ alg: 'ES256', kid }, { payload: '', signature: '' })
      return 'found'
    } catch (error) {
      return error instanceof KeysUnavailable ? 'unavailable' : 'unknown'
    }
  }

  it('are fetched once for many', async () => {
    expect(await Promise.all([find('k1'), find('k1'), find('k1')])).to.deep.equal(
      Array(3).fill('found'),
    )
    expect(fetches).to.equal(1)
  })

  it('are fetched again at once for a key that was rotated in', async () => {
    await find('k1')
    served = second.jwks
    clock += keyTimes.coolDown
    expect(await find('k2')).to.equal('found')
    expect(await find('k1')).to.equal('unknown')
    expect(fetches).to.equal(2)
  })

  it('are fetched once per cool-down in a flood of made-up ids', async () => {
    await find('k1')
    clock += keyTimes.coolDown
    for (let i = 0; i < 250; i++) expect(await find(`made-up-${i}`)).to.equal('unknown')
    expect(await Promise.all(Array.from({ length: 250 }, (_, i) => find(`x${i}`)))).to.deep.equal(
      Array(250).fill('unknown'),
    )
    expect(fetches).to.equal(2)
    expect(await find('k1')).to.equal('found')
  })

  it('stand for an hour while the issuer is away, and not longer', async () => {
    await find('k1')
    served = new Error('away')
    clock += keyTimes.stale - 1
    expect(await find('k1')).to.equal('found')
    clock += keyTimes.coolDown
    expect(await find('k1')).to.equal('unavailable')
    served = first.jwks
    clock += keyTimes.retry
    expect(await find('k1')).to.equal('found')
  })

  it('are renewed behind an answer when they are old', async () => {
    await find('k1')
    clock += keyTimes.fresh + 1
    expect(await find('k1')).to.equal('found')
    expect(fetches).to.equal(2)
  })

  it('say nothing about an unknown id while the issuer is away', async () => {
    await find('k1')
    served = new Error('away')
    clock += keyTimes.coolDown
    expect(await find('k2')).to.equal('unavailable')
    expect(await find('k2')).to.equal('unavailable')
    expect(fetches).to.equal(2)
  })

  it('are not there when they never came, and are asked for again soon', async () => {
    served = new Error('away')
    expect(await find('k1')).to.equal('unavailable')
    expect(await find('k1')).to.equal('unavailable')
    expect([fetches, failures]).to.deep.equal([1, 1])
    clock += keyTimes.retry
    served = first.jwks
    expect(await find('k1')).to.equal('found')
  })

  it('are not those of an empty set, a page, or a set that lost its keys', async () => {
    for (const text of ['{"keys":[]}', '<html>', '{}', 'null', '[]', '{"keys":"k"}']) {
      served = text
      clock += keyTimes.retry
      expect(await find('k1'), text).to.equal('unavailable')
    }
    served = first.jwks
    clock += keyTimes.retry
    await find('k1')
    served = '{"keys":[]}'
    clock += keyTimes.fresh + 1
    expect(await find('k1')).to.equal('found')
    expect(await find('k1')).to.equal('found')
  })
})
