import { expect } from 'chai'
import { fenceTriggers, triggerName } from '../../src/fence/triggers.ts'

describe('fence triggers', () => {
  it('are three per table, with a name that says what they are', () => {
    const names = fenceTriggers({
      domain: 'catalog',
      schema: 'bookshop',
      tables: ['books'],
      passing: ['matapalo_applier'],
    }).map(({ name }) => name)
    expect(names).to.deep.equal([
      'matapalo_catalog_books_bi',
      'matapalo_catalog_books_bu',
      'matapalo_catalog_books_bd',
    ])
  })

  it('keep names within 64 characters, and different', () => {
    const long = 'a'.repeat(64)
    const names = [
      triggerName('catalog', `${long}1`, 'INSERT'),
      triggerName('catalog', `${long}2`, 'INSERT'),
    ]
    for (const name of names) expect(name.length).to.be.at.most(64)
    expect(names[0]).to.not.equal(names[1])
  })

  it('keep the message within 128 characters with the largest term', () => {
    const [trigger] = fenceTriggers({
      domain: 'a_rather_long_domain',
      schema: 's',
      tables: ['t'.repeat(64)],
      passing: ['x'],
    })
    const message = /'(matapalo: t[^']*term )'/.exec(trigger?.body ?? '')?.[1] ?? ''
    expect(message.length).to.be.within(60, 128 - 21)
  })

  it('read the fence row with a lock: without one a fence leaks', () => {
    for (const { body } of fenceTriggers({
      domain: 'd',
      schema: 's',
      tables: ['t'],
      passing: ['x'],
    })) {
      expect(body).to.contain('WHERE id = 1 LOCK IN SHARE MODE')
    }
  })
})
