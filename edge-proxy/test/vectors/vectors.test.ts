import { expect } from 'chai'
import { type TestEdge, testEdge } from '../harness.ts'
import { canary, goodCanary, type Recorder, record, send } from './replay.ts'
import { refusedVectors, servedVectors } from './vectors.ts'

for (const forwarder of ['undici', 'middleware'] as const) {
  describe(`Raw messages over ${forwarder}`, () => {
    let edge: TestEdge
    let upstream: Recorder
    let port: number

    before(async () => {
      upstream = await record()
      // One upstream connection: whatever is left on it meets the canary.
      const monolith = `http://127.0.0.1:${upstream.port}`
      edge = await testEdge({ monolith, forwarder, connections: 1 })
      port = Number(new URL(edge.url).port)
    })
    after(async () => {
      await edge.stop()
      await upstream.stop()
    })
    beforeEach(() => upstream.clear())

    for (const { name, rule, octets, expect: expected } of refusedVectors()) {
      it(`refuse ${name} (${rule})`, async () => {
        const { statuses, closed, text } = await send(port, octets, { limitMs: 5_000 })
        expect(expected, text.slice(0, 300)).to.deep.include(statuses)
        expect(closed).to.equal(true)
        expect(upstream.reached).to.deep.equal([])
        expect(await canary(port, upstream)).to.equal(goodCanary)
        expect(upstream.reached).to.deep.equal([])
      })
    }

    for (const { name, octets, expect: expected, gets } of servedVectors()) {
      it(`serve ${name}`, async () => {
        const { statuses, text } = await send(port, octets, { until: 'the end', limitMs: 5_000 })
        expect(expected, text.slice(0, 300)).to.deep.include(statuses)
        expect(upstream.reached.length).to.equal(1)
        const { line, body, complete, fields } = upstream.reached[0]!
        expect(complete).to.equal(true)
        if (gets.line !== undefined) expect(line).to.equal(gets.line)
        if (gets.body !== undefined) expect(body).to.equal(gets.body)
        const names = fields.filter((_, i) => i % 2 === 0).map((one) => one.toLowerCase())
        expect(names).not.to.include.any.members([...(gets.absent ?? []), 'x-none'])
        expect(names.filter((one) => one === 'host').length).to.equal(1)
        expect(await canary(port, upstream)).to.equal(goodCanary)
        expect(upstream.reached.length).to.equal(1)
      })
    }
  })
}
