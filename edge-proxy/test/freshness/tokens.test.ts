import { expect } from 'chai'
import type { Token } from '../../src/freshness/token.ts'
import { formatToken, newest, parseToken } from '../../src/freshness/token.ts'
import { Tokens } from '../../src/freshness/tokens.ts'

const token = (n: number, term = 1, generation = 'g'): Token => ({
  side: 'service',
  generation,
  term,
  n: BigInt(n),
})

describe('Tokens', () => {
  it('serves everybody who asked before a marker is written by that marker, nobody who asked during it', async () => {
    const writes: ((token: Token) => void)[] = []
    const tokens = new Tokens(() => new Promise((resolve) => writes.push(resolve)))
    const first = tokens.take('service', 'catalog')
    const late = [tokens.take('service', 'catalog'), tokens.take('service', 'catalog')]
    expect(writes.length).to.equal(1)
    writes[0]?.(token(1))
    expect((await first).n).to.equal(1n)
    await new Promise((resolve) => setImmediate(resolve))
    expect(writes.length).to.equal(2)
    writes[1]?.(token(2))
    expect((await Promise.all(late)).map(({ n }) => n)).to.deep.equal([2n, 2n])
  })

  it('fails a batch together and goes on with the next', async () => {
    let fail = true
    const tokens = new Tokens(async () => {
      if (fail) throw new Error('gone')
      return token(3)
    })
    const failed = await tokens.take('service', 'catalog').catch((error: Error) => error.message)
    expect(failed).to.equal('gone')
    fail = false
    expect((await tokens.take('service', 'catalog')).n).to.equal(3n)
  })
})

describe('token', () => {
  it('keeps the one that proves more', () => {
    expect(newest(token(5), token(4))?.n).to.equal(5n)
    expect(newest(token(5, 1), token(4, 2))?.term).to.equal(2)
    expect(newest(token(5, 1, 'old'), token(4, 1, 'new'))?.generation).to.equal('new')
    expect(newest(null, token(1))?.n).to.equal(1n)
  })

  it('reads what it wrote, exactly, and nothing else', () => {
    const big: Token = { side: 'monolith', generation: 'a-b', term: 7, n: 18446744073709551615n }
    expect(parseToken(formatToken(big))).to.deep.equal(big)
    for (const text of ['', 'x|g|1|1', 'service|g|1', 'service|g|1|x', 'service|g|1|1|1']) {
      expect(parseToken(text)).to.equal(null)
    }
  })
})
