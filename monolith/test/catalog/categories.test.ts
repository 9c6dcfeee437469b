import { expect } from 'chai'
import { categoryTree, slugOf, withDescendants } from '../../src/catalog/categories.ts'

const category = (id: number, parent_id: number | null, visible = true) => ({
  id,
  parent_id,
  name: `c${id}`,
  slug: `c-${id}`,
  position: id,
  visible,
})
const all = [
  category(1, null),
  category(2, 1),
  category(3, 2, false),
  category(4, 3),
  category(5, null),
]

describe('categories', () => {
  it('hide what is below a hidden one', () => {
    const tree = categoryTree(all)
    expect(tree.map((node) => node.id)).to.deep.equal([1, 5])
    expect(tree[0]?.children[0]?.children).to.deep.equal([])
  })
  it('show everything to who asks for all', () => {
    expect(categoryTree(all, true)[0]?.children[0]?.children[0]?.children[0]?.id).to.equal(4)
  })
  it('include their descendants, hidden or not', () => {
    expect(withDescendants(all, 'c-1')).to.deep.equal([1, 2, 3, 4])
    expect(withDescendants(all, 'nowhere')).to.equal(null)
  })
  it('get a plain slug from their name', () => {
    expect(slugOf('Niños & Jóvenes!')).to.equal('ninos-jovenes')
    expect(slugOf('漫画')).to.equal('')
  })
})
