/**
 * Mail leaves through this port; by default each is a file, `<instant>-<id>.eml`, which a relay picks
 * up in production and a test reads.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface Letter {
  readonly to: string
  readonly subject: string
  readonly text: string
}

export interface Mail {
  send(letter: Letter): Promise<void>
}

/** A header is one line; what is not ASCII is an encoded word (RFC 2047). */
const headerText = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text)
    ? text
    : `=?utf-8?B?${Buffer.from(text.replace(/[\r\n]+/g, ' ')).toString('base64')}?=`

export const letterText = ({ to, subject, text }: Letter, at: Date): string =>
  [
    'From: Bookshop <no-reply@bookshop.test>',
    `To: ${headerText(to)}`,
    `Subject: ${headerText(subject)}`,
    `Date: ${at.toUTCString().replace('GMT', '+0000')}`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    text,
    '',
  ].join('\r\n')

export const fileMail = (folder: string, now: () => Date): Mail => ({
  async send(letter) {
    const at = now()
    const name = `${at.toISOString().replaceAll(':', '-')}-${randomUUID()}.eml`
    await mkdir(folder, { recursive: true })
    // Under its name only when it is whole.
    const half = join(folder, `.${name}.part`)
    await writeFile(half, letterText(letter, at), { mode: 0o600 })
    await rename(half, join(folder, name))
  },
})
