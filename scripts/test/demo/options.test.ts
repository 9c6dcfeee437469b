import { expect } from 'chai'
import { staffOf } from '../../../monolith/src/seed/people.ts'
import { KillPlanInvalid } from '../../src/demo/kill.ts'
import { DemoUsage, demoOptions } from '../../src/demo/options.ts'

describe('demoOptions', () => {
  it('moves 200,000 books with more than 50 sessions when nothing is said', () => {
    const options = demoOptions([])
    expect(options).to.include({ books: 200_000, keep: false, report: null })
    expect(options.customers + options.clerks).to.be.at.least(50)
    expect(options.rate).to.be.at.least(100)
  })

  it('moves the whole shop with 50,000 accounts and 200,000 orders', () => {
    const { only, users, orders, after } = demoOptions([])
    expect({ only, users, orders, after }).to.deep.equal({
      only: 'shop',
      users: 50_000,
      orders: 200_000,
      after: 60,
    })
  })

  it('seeds as many members of staff and customers as log in', () => {
    const { users, clerks, customers } = demoOptions([])
    expect(staffOf(users)).to.be.at.least(clerks)
    expect(users - staffOf(users)).to.be.at.least(customers)
  })

  it('takes several kills', () => {
    const { kills } = demoOptions(['--kill', 'kafka@3', '--kill', 'edge-1@fenceSource'])
    expect(kills.map((one) => one.process)).to.deep.equal(['kafka', 'edge-1'])
  })

  for (const args of [
    ['--books', 'many'],
    ['--only', 'users'],
    ['--users', '84'],
    ['--rate', '0'],
    ['--frobnicate'],
    ['extra'],
  ]) {
    it(`refuses ${args.join(' ')} with the usage`, () => {
      expect(() => demoOptions(args))
        .to.throw(DemoUsage)
        .with.property('message')
        .that.includes('npm run demo --')
    })
  }

  for (const [only, kill] of [
    ['shop', 'mongod@3'],
    ['catalog', 'users@3'],
    ['catalog', 'cdc@decommission'],
    ['catalog', 'cdc@catchUp:orders'],
  ]) {
    it(`refuses ${kill} where ${only} moves`, () => {
      const args = ['--only', only ?? '', '--kill', kill ?? '']
      expect(() => demoOptions(args)).to.throw(KillPlanInvalid)
    })
  }
})
