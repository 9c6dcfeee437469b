import { expect } from 'chai'
import { newSalt, passwordHash, passwordMatches } from '../../src/accounts/passwords.ts'

describe('passwords', () => {
  it('match with their salt only', () => {
    const salt = newSalt()
    const hash = passwordHash(salt, 'secret-1')
    expect(passwordMatches(salt, hash, 'secret-1')).to.equal(true)
    expect(passwordMatches(salt, hash, 'secret-2')).to.equal(false)
    expect(passwordMatches(newSalt(), hash, 'secret-1')).to.equal(false)
  })
})
