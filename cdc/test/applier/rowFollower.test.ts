import { expect } from 'chai'
import { followRow } from '../../src/applier/rowFollower.ts'
import type { Change, FeedEvent } from '../../src/change.ts'
import { book, change, marker } from './fixtures.ts'

const keyOf = ({ after, before }: Change) => ({ id: (after ?? before)?.id ?? null })

const follow = (refused: Change, events: readonly FeedEvent[], position: string | null = null) => {
  const follower = followRow(refused, keyOf, position)
  for (const event of events) follower.take(event)
  return follower.found
}
let seq = 1
const at = (parts: Partial<Change>): Change => {
  seq += 1
  return change({ gtid: `0-101-${seq}`, ...parts })
}
const refused = () => at({ after: book(1, { status: '?' }) })
const update = (stock: string, parts: Partial<Change> = {}) =>
  at({ op: 'u', before: book(1), after: book(1, { stock }), ...parts })
const gone = (parts: Partial<Change> = {}) => at({ op: 'd', before: book(1), ...parts })

describe('followRow', () => {
  it('finds nothing where only other rows, tables and markers follow', () => {
    const others = [
      at({ after: book(2) }),
      at({ table: 'shelf_moves', after: book(1) }),
      marker(11, { gtid: '0-101-900' }),
    ]
    expect(follow(refused(), others)).to.equal(null)
  })

  it('finds the newest version', () => {
    const bad = refused()
    const [first, second] = [update('5'), update('6')]
    const found = follow(bad, [first, second])
    expect(found?.row).to.include({ id: '1', stock: '6' })
    expect(found?.until).to.equal(second.offset)
  })

  it('ends at the deletion, whatever becomes of the key afterwards', () => {
    const bad = refused()
    const [between, deleted] = [update('5'), gone()]
    const again = at({ after: book(1, { stock: '9' }) })
    expect(follow(bad, [between, deleted, again])).to.deep.equal({
      row: null,
      until: deleted.offset,
    })
  })

  it('takes delete and insert within one transaction for a version', () => {
    const bad = refused()
    const deleted = gone()
    const again = at({ after: book(1, { stock: '9' }), gtid: deleted.gtid })
    const found = follow(bad, [deleted, again])
    expect(found?.row).to.include({ stock: '9' })
    expect(found?.until).to.equal(again.offset)
  })

  it('follows a row to its new key, but passes over nothing behind the change of key', () => {
    const bad = refused()
    const left = gone({ keyChange: 'old' })
    const moved = at({ after: book(7, { stock: '8' }), keyChange: 'new', gtid: left.gtid })
    const later = at({ op: 'u', after: book(7, { stock: '9' }) })
    const found = follow(bad, [left, moved, later])
    expect(found?.row).to.include({ id: '1', stock: '9' })
    expect(found?.until).to.equal(left.offset)
  })

  it('sees versions of the same transaction, and no replays', () => {
    const bad = refused()
    const same = update('5', { gtid: bad.gtid })
    const later = update('6')
    const replayed = { ...bad, offset: later.offset + 1n }
    const found = follow(bad, [same, later, replayed], '0-101-1 binlog.000001:4:0')
    expect(found?.row).to.include({ stock: '6' })
    expect(found?.until).to.equal(later.offset)
  })
})
