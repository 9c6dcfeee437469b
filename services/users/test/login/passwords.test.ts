import { randomBytes } from 'node:crypto'
import { expect } from 'chai'
import { legacyHashOf, openPasswords } from '../../src/login/passwords.ts'

const old = (password: string, salt = '00112233aabbccdd') => ({
  legacy_salt: salt,
  legacy_hash: legacyHashOf(salt, password),
})

describe('openPasswords', () => {
  const passwords = openPasswords(true)
  const none = { argon2: null, made_beside: null }

  it('accepts the hash of the old shop and gives the one to store', async () => {
    const verdict = await passwords.check({ ...old('right'), ...none }, 'right')
    expect(verdict)
      .to.have.property('upgrade')
      .that.matches(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await passwords.check({ ...old('right'), ...none }, 'wrong')).to.deep.equal({
      right: false,
    })
  })

  it('checks Argon2id once it is there', async () => {
    const argon2 = await passwords.argon2('right')
    // A legacy hash that nothing matches: it is not looked at.
    const stored = { legacy_salt: '', legacy_hash: 'x', argon2, made_beside: 'x' }
    expect(await passwords.check(stored, 'right')).to.deep.equal({ right: true, upgrade: null })
    expect(await passwords.check(stored, 'wrong')).to.deep.equal({ right: false })
  })

  it('trusts the legacy hash when it is newer than the Argon2id one', async () => {
    const argon2 = await passwords.argon2('before')
    const stored = { ...old('after'), argon2, made_beside: old('before').legacy_hash }
    expect(await passwords.check(stored, 'before')).to.deep.equal({ right: false })
    expect(await passwords.check(stored, 'after')).to.include({ right: true })
  })

  it('knows no account and no password for it', async () => {
    expect(await passwords.check(null, randomBytes(8).toString('hex'))).to.deep.equal({
      right: false,
    })
  })

  for (const keeps of [true, false]) {
    it(`${keeps ? 'keeps' : 'makes useless'} the legacy hash when told ${keeps ? 'on' : 'off'}`, () => {
      const { legacy_salt, legacy_hash } = openPasswords(keeps).legacy('secret')
      expect(legacy_hash).to.match(/^[0-9a-f]{64}$/)
      expect(legacyHashOf(legacy_salt, 'secret') === legacy_hash).to.equal(keeps)
    })
  }
})
