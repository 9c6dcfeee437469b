import { expect } from 'chai'
import { requestIdOf, traceOf } from '../src/trace.ts'

const trace = '0af7651916cd43dd8448eb211c80319c'
const span = 'b7ad6b7169203331'
const zeroes = (count: number) => '0'.repeat(count)

describe('traceOf', () => {
  it('continues a trace under a span of its own, with its flags', () => {
    for (const flags of ['00', '01', '03']) {
      const { traceparent, continues } = traceOf(`00-${trace}-${span}-${flags}`)
      expect(continues).to.equal(true)
      expect(traceparent).to.match(new RegExp(`^00-${trace}-[0-9a-f]{16}-${flags}$`))
      expect(traceparent).not.to.contain(span)
    }
  })

  it('reads of a later version what it knows', () => {
    for (const [sent, flags] of [
      [`01-${trace}-${span}-03`, '01'],
      [`cc-${trace}-${span}-02-what-comes`, '00'],
    ]) {
      expect(traceOf(sent).traceparent, sent).to.match(
        new RegExp(`^00-${trace}-[0-9a-f]{16}-${flags}$`),
      )
    }
  })

  it('begins one where nothing usable was sent', () => {
    const odd = [
      undefined,
      '',
      'x',
      [`00-${trace}-${span}-01`],
      `ff-${trace}-${span}-01`,
      `00-${trace}-${span}-01-more`,
      `00-${zeroes(32)}-${span}-01`,
      `00-${trace}-${zeroes(16)}-01`,
      `00-${trace.toUpperCase()}-${span}-01`,
      `00-${trace}-${span}-1`,
      `00-${trace}-${span}-01.`,
    ]
    for (const sent of odd) {
      const { traceparent, continues } = traceOf(sent)
      expect(continues, String(sent)).to.equal(false)
      expect(traceparent).to.match(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
      expect(traceparent).not.to.contain(trace)
    }
  })
})

describe('requestIdOf', () => {
  it('keeps a harmless id and makes one else', () => {
    expect(requestIdOf('request-1234')).to.equal('request-1234')
    for (const sent of [undefined, 'short', 'a b c d e f g h', `${zeroes(65)}`, '<script>123']) {
      expect(requestIdOf(sent)).to.match(/^[0-9a-f-]{36}$/)
    }
  })
})
