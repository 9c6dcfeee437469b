import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { readConfig } from '../src/config.ts'
import { loginProof } from '../src/login/proof.ts'
import { fileMail } from '../src/mail/mail.ts'
import { readClients } from '../src/oidc/clients.ts'
import { openSecrets } from '../src/secrets.ts'

const secrets = openSecrets(Buffer.alloc(32, 1))

describe('openSecrets', () => {
  it('opens what it sealed, and nothing that was changed or is another’s', () => {
    const sealed = secrets.seal('Ñandú 日本')
    expect(sealed).not.to.equal(secrets.seal('Ñandú 日本'))
    expect(secrets.open(sealed)).to.equal('Ñandú 日本')
    const changed = `${sealed[0] === 'A' ? 'B' : 'A'}${sealed.slice(1)}`
    expect(() => secrets.open(changed)).to.throw()
    expect(() => openSecrets(Buffer.alloc(32, 2)).open(sealed)).to.throw()
  })
})

describe('loginProof', () => {
  const at = (ms: number) => loginProof(secrets, () => new Date(1_800_000_000_000 + ms))
  const proof = at(0).make('ana@example.test')

  it('is good for its address, for a minute', () => {
    expect(at(59_000).isOwn('ana@example.test', proof)).to.equal(true)
    expect(at(61_000).isOwn('ana@example.test', proof)).to.equal(false)
    expect(at(0).isOwn('bob@example.test', proof)).to.equal(false)
  })
  for (const forged of [undefined, '', 'x', '1800000000000.', `1800000000001${proof.slice(13)}`]) {
    it(`is not ${forged}`, () => {
      expect(at(0).isOwn('ana@example.test', forged)).to.equal(false)
    })
  }
})

describe('fileMail', () => {
  it('writes a whole letter, whose headers are one line each', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mail-'))
    try {
      const mail = fileMail(join(folder, 'new'), () => new Date('2026-11-22T00:00:00Z'))
      await mail.send({ to: 'a@b.test\r\nBcc: all@b.test', subject: 'Ñ', text: 'Hello' })
      const names = await readdir(join(folder, 'new'))
      expect(names).to.have.length(1)
      const text = await readFile(join(folder, 'new', names[0] ?? ''), 'utf8')
      expect(text).not.to.match(/^Bcc/m)
      expect(text).to.contain('Subject: =?utf-8?B?w5E=?=\r\n')
      expect(text).to.match(/\r\n\r\nHello\r\n$/)
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('readClients', () => {
  for (const [text, problem] of [
    ['{}', /JSON list/],
    ['[{"client_id":""}]', /client_id is missing/],
    ['[{"client_id":"7","client_secret":"x"}]', /must not be a number/],
    ['[{"client_id":"a"}]', /needs a client_secret/],
    ['[{"client_id":"a","redirect_uris":"x"}]', /list of texts/],
    ['[{"client_id":"a","redirect_uris":[],"colour":1}]', /colour is not known/],
  ] as const) {
    it(`refuses ${text}`, () => {
      expect(() => readClients(text)).to.throw(problem)
    })
  }
})

describe('readConfig', () => {
  it('names every problem at once and shows no secret', () => {
    const env = { DATABASE_URL: 'db-secret', USERS_SECRET: 'short', OIDC_CLIENTS: '[{}]' }
    expect(() => readConfig(env)).to.throw(
      /DATABASE_URL: expected.*IDENTITY_JWKS is required.*USERS_SECRET: expected.*OIDC_CLIENTS: client 0/s,
    )
    expect(() => readConfig(env)).not.to.throw(/db-secret|short/)
  })
})
