import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { compareAnswers, defaultRules, formatPlace, rulesInForce } from '@matapalo/core'
import { expect } from 'chai'
import { type Answered, type Fault, faults, strike } from '../../../src/bench/parity/faults.ts'
import { canaryReads, longestLine, readOwnWrites } from '../../../src/bench/parity/ownReads.ts'

const book = {
  ...{ id: 1, isbn: '978', title: 'A', author: 'B', description: 'c', category_id: 2 },
  ...{ price: '1.50', status: 'A', stock: 3, low_stock: 1, featured: false, attributes: {} },
  ...{ published: '2020-01-01', weight_g: 5, created: '2020', updated: '2021' },
}
const list = { items: [book, book], page: 1, per_page: 20, total: 2 }
const contents: Readonly<Record<Fault['route'], unknown>> = {
  book,
  books: list,
  shelf: list,
  stock: { book_id: 1, stock: 3, available: true },
  prices: { book_id: 1, items: [] },
  categories: { items: [{ id: 1, name: 'A', slug: 'a', children: [] }] },
}
const answer = (route: Fault['route']): Answered => ({
  ...{ status: 200, headers: { 'content-type': 'application/json' } },
  body: Buffer.from(JSON.stringify(contents[route])),
})

describe('the seeded differences', () => {
  it('are fifty at least, ten of them of status or header, each in 2 % or more', () => {
    expect(faults.length).to.be.at.least(50)
    expect(faults.filter(({ field }) => !field.startsWith('$')).length).to.be.at.least(10)
    for (const { share } of faults) expect(share).to.be.at.least(0.02)
  })

  for (const fault of faults)
    it(`${fault.route} ${fault.field} is named as it was put in`, () => {
      const [control, candidate] = [answer(fault.route), answer(fault.route)]
      strike(fault, candidate)
      const rules = rulesInForce(defaultRules, '/', '2026-11-22')
      const seen = compareAnswers(
        control as Parameters<typeof compareAnswers>[0],
        candidate as Parameters<typeof compareAnswers>[0],
        rules,
      )
      expect(seen.map(({ place }) => formatPlace(place))).to.include(fault.field)
    })
})

describe('what edges are asked by the bench', () => {
  it('is read off their metrics, and own writes off their answers', async () => {
    let price = ''
    let writes = 0
    const server = createServer((req, res) => {
      if (req.url === '/metrics') {
        return res.end(
          'matapalo_edge_shadow_waiting{process="e"} 7\nmatapalo_edge_canary_reads_total{domain="catalog",outcome="served",process="e"} 3\n',
        )
      }
      if (req.url === '/api/login') return res.setHeader('set-cookie', 'sid=x; Path=/').end('{}')
      if (req.method === 'GET') return res.end(JSON.stringify({ price }))
      let text = ''
      req.on('data', (chunk) => {
        text += chunk
      })
      return req.on('end', () => {
        // The third write is not seen by whoever reads it.
        writes += 1
        if (writes !== 3) ({ price } = JSON.parse(text) as { price: string })
        res.end('{}')
      })
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    try {
      expect(await longestLine([url, url])).to.equal(7)
      expect(await canaryReads([url, url])).to.deep.equal({ served: 6 })
      expect(await readOwnWrites([url], 5)).to.deep.equal({ reads: 5, stale: 1, failed: 0 })
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})
