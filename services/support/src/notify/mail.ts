/**
 * Mail behind a port that writes files: one `.eml` per mail, whole or not at all, and the same mail sent
 * twice is the same file. The only file that imports nodemailer, which writes the message so that no
 * name or subject can smuggle in a header line.
 *
 * @module
 */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import nodemailer from 'nodemailer'

export interface Mail {
  /** Unique: names the file and the message. Letters, digits and dashes. */
  readonly id: string
  readonly to: { readonly name: string; readonly address: string }
  readonly subject: string
  readonly text: string
  readonly at: Date
}

export interface Mailer {
  send(mail: Mail): Promise<void>
}

const sender = { name: 'The Bookshop', address: 'support@bookshop.test' }

export function fileMailer(folder: string): Mailer {
  const composer = nodemailer.createTransport({ streamTransport: true, buffer: true })
  return {
    async send({ id, to, subject, text, at }) {
      const { message } = await composer.sendMail({
        from: sender,
        to: { ...to },
        subject,
        text,
        date: at,
        messageId: `<${id}@bookshop.test>`,
        disableFileAccess: true,
        disableUrlAccess: true,
      })
      await mkdir(folder, { recursive: true })
      const file = join(folder, `${id}.eml`)
      const half = `${file}.${process.pid}.part`
      // With `buffer: true` the message is one.
      await writeFile(half, message as Buffer)
      await rename(half, file)
    },
  }
}
