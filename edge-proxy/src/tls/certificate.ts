/**
 * The certificate that this edge shows: read from its files, and read again when they change.
 *
 * Files are looked at every few seconds and compared as text: a mounted secret is swapped by links,
 * which file events do not tell of. What cannot be used is not taken: the last good one stays, and
 * the failure is counted until the files are good again.
 *
 * @module
 */
import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import type { Log } from '@matapalo/runtime'
import type { TlsFiles } from './settings.ts'

/** TLS 1.2 with forward secrecy and authenticated encryption, and all of 1.3 (RFC 9325 4.2). */
const modern: SecureContextOptions = {
  minVersion: 'TLSv1.2',
  ciphers: [
    ...['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
    ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
    ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
    ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ].join(':'),
}

export interface CertificateOptions {
  readonly files: TlsFiles
  readonly log: Log
  /** Told each time the files were looked at and found good, or not. */
  readonly report: (state: { readonly good: boolean; readonly until: Date | undefined }) => void
  readonly everyMs?: number
}

export class Certificate {
  readonly #options: CertificateOptions
  #text = ''
  #context: SecureContextOptions | undefined
  #until: Date | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(options: CertificateOptions) {
    this.#options = options
  }

  /** @throws what is wrong with the files, at a boot when there is no good one yet */
  async load(): Promise<SecureContextOptions> {
    const { files } = this.#options
    const [cert, key, ca] = await Promise.all([
      readFile(files.cert, 'utf8'),
      readFile(files.key, 'utf8'),
      files.clientCa === undefined ? undefined : readFile(files.clientCa, 'utf8'),
    ])
    const text = [cert, key, ca].join('\n')
    if (this.#context !== undefined && text === this.#text) return this.#context
    const context = { ...modern, cert, key, ...(ca === undefined ? {} : { ca }) }
    // Throws when key and certificate are not a pair.
    createSecureContext(context)
    this.#until = new X509Certificate(cert).validToDate
    this.#text = text
    this.#context = context
    return context
  }

  /** Once what is loaded is in use. @param use called with each later one */
  watch(use: (context: SecureContextOptions) => void): void {
    const { report, everyMs = 5_000 } = this.#options
    report({ good: true, until: this.#until })
    this.#timer = setInterval(() => void this.#look(use), everyMs)
    this.#timer.unref()
  }

  async #look(use: (context: SecureContextOptions) => void): Promise<void> {
    const { files, log, report } = this.#options
    const before = this.#context
    try {
      const context = await this.load()
      if (context !== before) {
        use(context)
        log.info({ file: files.cert, until: this.#until }, 'certificate.renewed')
      }
      report({ good: true, until: this.#until })
    } catch (err) {
      log.error({ err, file: files.cert }, 'certificate.refused')
      report({ good: false, until: this.#until })
    }
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
