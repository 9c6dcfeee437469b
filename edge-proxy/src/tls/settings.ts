/**
 * What an edge can be told about TLS.
 *
 * @module
 */
import {
  type Config,
  ConfigInvalid,
  count,
  flag,
  port,
  type Settings,
  text,
} from '@matapalo/runtime'

export const tlsSettings = {
  tlsPort: {
    env: 'EDGE_TLS_PORT',
    parse: port,
    default: undefined as number | undefined,
    help: 'HTTPS listen port; absent: TLS ends somewhere else',
  },
  tlsCert: {
    env: 'EDGE_TLS_CERT_FILE',
    parse: text,
    default: undefined as string | undefined,
    help: 'certificate and its chain, PEM; read again when it changes',
  },
  tlsKey: {
    env: 'EDGE_TLS_KEY_FILE',
    parse: text,
    default: undefined as string | undefined,
    help: 'private key of the certificate, PEM; read again when it changes',
  },
  tlsClientCa: {
    env: 'EDGE_TLS_CLIENT_CA_FILE',
    parse: text,
    default: undefined as string | undefined,
    help: 'authorities, PEM, one of which must have signed a certificate that each client shows; absent: none is asked for',
  },
  tlsDevelopment: {
    env: 'EDGE_TLS_DEVELOPMENT',
    parse: flag,
    default: false,
    help: 'without the two files: makes a certificate for localhost at first use, in EDGE_STATE_DIR; never for the internet',
  },
  tlsRedirect: {
    env: 'EDGE_TLS_REDIRECT',
    parse: port,
    default: undefined as number | undefined,
    help: 'public HTTPS port that plain requests are sent to by 308; cookies are then always Secure; absent: plain requests are served',
  },
  hsts: {
    env: 'EDGE_HSTS_SECONDS',
    parse: count,
    default: 0,
    help: 'max-age of Strict-Transport-Security on answers over TLS, s; 0: no such field',
  },
  upstreamCa: {
    env: 'EDGE_UPSTREAM_CA_FILE',
    parse: text,
    default: undefined as string | undefined,
    help: 'authorities, PEM, that sign the certificates of https upstreams, instead of the usual ones',
  },
} as const satisfies Settings

export interface TlsFiles {
  readonly cert: string
  readonly key: string
  readonly clientCa: string | undefined
}

export interface TlsSettings {
  readonly port: number
  /** Undefined: a development certificate. */
  readonly files: TlsFiles | undefined
}

/** Undefined: no TLS here. @throws ConfigInvalid */
export function tlsOf(config: Config<typeof tlsSettings>): TlsSettings | undefined {
  const { tlsPort, tlsCert, tlsKey, tlsClientCa, tlsDevelopment, tlsRedirect } = config
  const { env } = tlsSettings.tlsPort
  if (tlsPort === undefined) {
    if (tlsCert !== undefined || tlsKey !== undefined || tlsRedirect !== undefined) {
      throw new ConfigInvalid(`${env} is missing beside the other settings of TLS`)
    }
    return undefined
  }
  if (tlsCert !== undefined && tlsKey !== undefined) {
    return { port: tlsPort, files: { cert: tlsCert, key: tlsKey, clientCa: tlsClientCa } }
  }
  if (tlsCert === undefined && tlsKey === undefined && tlsDevelopment) {
    return { port: tlsPort, files: undefined }
  }
  throw new ConfigInvalid(
    `${env} needs ${tlsSettings.tlsCert.env} and ${tlsSettings.tlsKey.env}, or ${tlsSettings.tlsDevelopment.env}=on`,
  )
}
