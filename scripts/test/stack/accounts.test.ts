import { expect } from 'chai'
import { accountSql, serverAccounts } from '../../src/stack/accounts.ts'
import { makeSecrets } from '../../src/stack/secrets.ts'

describe('the accounts', () => {
  const all = Object.values(serverAccounts).flatMap(({ grants }) => grants)

  it('give no application account DROP, TRIGGER or anything outside its schema', () => {
    for (const application of ['bookshop', 'catalog', 'users', 'orders', 'support', 'ledger']) {
      const grants = all.filter(({ account }) => account === application)
      expect(grants.map(({ on }) => on)).to.deep.equal([`${application}.*`])
      expect(grants[0]?.privileges).to.equal('SELECT, INSERT, UPDATE, DELETE')
    }
  })

  it('give nobody SUPER', () => {
    expect(all.filter(({ privileges }) => privileges.includes('SUPER'))).to.deep.equal([])
  })

  it('are made and given passwords in statements that may be repeated', () => {
    const secrets = makeSecrets()
    const sql = accountSql('monolith-db', secrets)
    expect(sql).to.include("CREATE USER IF NOT EXISTS matapalo_feed@'%'")
    expect(sql).to.include(
      `ALTER USER matapalo_feed@'%' IDENTIFIED BY '${secrets.passwords.matapalo_feed}'`,
    )
    expect(sql.every((one) => /^(CREATE .* IF NOT EXISTS|ALTER USER|GRANT)/.test(one))).to.equal(
      true,
    )
  })
})
