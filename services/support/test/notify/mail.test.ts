import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { fileMailer } from '../../src/notify/mail.ts'

describe('fileMailer', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'support-mail-'))
  })
  after(() => rm(folder, { recursive: true }))

  const mail = {
    id: 'support-1',
    to: { name: 'Ana\r\nBcc: a@evil.test', address: 'ana@bookshop.test' },
    subject: 'Hello\r\nBcc: b@evil.test <script>ñ</script>',
    text: '.\r\nlines\r\n.\r\nñandú',
    at: new Date('2026-11-21T16:00:00Z'),
  }

  it('writes one file for a mail that is sent twice', async () => {
    const mailer = fileMailer(join(folder, 'new'))
    await mailer.send(mail)
    await mailer.send(mail)
    expect(await readdir(join(folder, 'new'))).to.deep.equal(['support-1.eml'])
  })

  it('lets no name or subject add a header', async () => {
    await fileMailer(folder).send(mail)
    const text = await readFile(join(folder, 'support-1.eml'), 'utf8')
    const [head = ''] = text.split(/\r?\n\r?\n/)
    expect(head).to.match(/^To: .*<ana@bookshop\.test>$/m)
    expect(head).not.to.match(/^Bcc:/im)
    expect(head).to.match(/^Message-ID: <support-1@bookshop\.test>$/m)
  })
})
