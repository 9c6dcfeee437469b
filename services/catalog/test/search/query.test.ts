import { expect } from 'chai'
import { expressionOf, wordsOf } from '../../src/search/query.ts'

describe('expressionOf', () => {
  for (const [text, expression] of [
    ['secret garden', '+secret +garden*'],
    ['the who', '+the +who*'],
    ['a an of', null],
    ['go', null],
    ['日本', null],
    ['日本文学', '+日本文学*'],
    ['+secret -garden "(x" @3 ~y <z> w*', '+secret +garden'],
    ["' OR 1=1; DROP TABLE product --", '+DROP +TABLE +product*'],
    ['<script>alert(1)</script>', '+script +alert +script*'],
    ['x'.repeat(100), null],
    ['...', null],
    ['café', '+café*'],
  ] as const) {
    it(`makes ${JSON.stringify(expression)} of ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(expressionOf(text)).to.equal(expression)
    })
  }

  it('reads twelve words at most', () => {
    expect(wordsOf('word '.repeat(20))).to.have.length(12)
  })
})
