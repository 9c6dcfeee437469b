import { expect } from 'chai'
import { slugOf } from '../src/categories/edit.ts'
import { type CategoryRow, idsUnder, toTree } from '../src/categories/tree.ts'

const row = (id: number, parent_id: number | null, visible = 1): CategoryRow => ({
  id,
  parent_id,
  name: `n${id}`,
  slug: `s${id}`,
  position: id,
  visible,
})
const rows = [row(1, null), row(2, 1, 0), row(3, 2), row(4, 1), row(5, null)]

describe('toTree', () => {
  const shape = (all: boolean) =>
    JSON.stringify(toTree(rows, all), (key, value) =>
      ['id', 'children', ''].includes(key) || /^\d+$/.test(key) ? value : undefined,
    )

  it('hides what is below a hidden category', () => {
    expect(shape(false)).to.equal(
      '[{"id":1,"children":[{"id":4,"children":[]}]},{"id":5,"children":[]}]',
    )
  })

  it('shows all when asked', () => {
    expect(shape(true)).to.contain('{"id":2,"children":[{"id":3,"children":[]}]}')
  })
})

describe('idsUnder', () => {
  it('counts hidden ones in', () => {
    expect(idsUnder(rows, 1)).to.have.members([1, 2, 3, 4])
  })
})

describe('slugOf', () => {
  for (const [name, slug] of [
    ['Café & Té', 'cafe-te'],
    ['  Science / Fiction ', 'science-fiction'],
    ['日本', ''],
  ] as const) {
    it(`makes ${JSON.stringify(slug)} of ${name}`, () => {
      expect(slugOf(name)).to.equal(slug)
    })
  }
})
