/**
 * Where a plain request is sent when only TLS is served (RFC 9110 15.4.9: by the same method).
 *
 * @module
 */
import type { Guarded } from '../guard/guard.ts'

/** @param port public port of HTTPS */
export function secureUrl({ host, path, search }: Guarded, port: number): string {
  const name = host.replace(/:\d*$/, '')
  return `https://${name}${port === 443 ? '' : `:${port}`}${path}${search}`
}
