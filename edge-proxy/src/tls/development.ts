/**
 * A certificate for localhost, made at first use and kept: browsers have to be told once that it may
 * be trusted. Nobody else will, and nobody should.
 *
 * @module
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DevelopmentCertificateFailed } from '../errors.ts'
import type { TlsFiles } from './settings.ts'

const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1'

/** @throws DevelopmentCertificateFailed */
export async function developmentCertificate(directory: string): Promise<TlsFiles> {
  const cert = join(directory, 'development-cert.pem')
  const key = join(directory, 'development-key.pem')
  if (!existsSync(cert) || !existsSync(key)) {
    await mkdir(directory, { recursive: true })
    const made = spawnSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
        ...['-days', '365', '-subj', '/CN=localhost', '-addext', names],
        ...['-keyout', key, '-out', cert],
      ],
      { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] },
    )
    if (made.status !== 0) throw new DevelopmentCertificateFailed(made.error ?? made.stderr)
  }
  return { cert, key, clientCa: undefined }
}
