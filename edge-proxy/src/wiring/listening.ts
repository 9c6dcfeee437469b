/**
 * Wires the public side: plain HTTP, and HTTPS beside it where TLS ends here.
 *
 * @module
 */
import type { Lifecycle, Log } from '@matapalo/runtime'
import { Balancers } from '../balancers.ts'
import type { EdgeConfig } from '../config.ts'
import { Clients } from '../limits/clients.ts'
import { Readers } from '../limits/readers.ts'
import type { EdgeMetrics } from '../metrics.ts'
import { createEdgeServer, type EdgeServerParts, listen, stopServer } from '../server.ts'
import { Certificate } from '../tls/certificate.ts'
import { developmentCertificate } from '../tls/development.ts'
import { tlsOf } from '../tls/settings.ts'

export interface ListeningParts {
  readonly config: EdgeConfig
  readonly life: Lifecycle
  readonly metrics: EdgeMetrics
  readonly log: Log
  readonly server: Pick<EdgeServerParts, 'pipeline' | 'upgrades' | 'parents'>
}

export interface Listening {
  readonly url: string
  /** Undefined: TLS ends somewhere else. */
  readonly secureUrl: string | undefined
}

/** @throws what is wrong with the certificate, or why a port cannot be had */
export async function wireListening(parts: ListeningParts): Promise<Listening> {
  const { config, life, metrics, log } = parts
  const readers = new Readers(config.readerMax)
  const shared = {
    ...parts.server,
    ...{ metrics, readers },
    sessionCookie: config.sessionCookie,
    clients: new Clients({
      connections: config.clientConnections,
      perSecond: config.clientRate,
      burst: config.clientBurst,
    }),
    balancers: new Balancers(config.balancers),
    headersMs: config.headersMax,
  }
  life.add('readers', async () => readers.stop())
  const secureUrl = await listenSecure(parts, shared)
  const server = createEdgeServer({ ...shared, redirect: config.tlsRedirect })
  const url = await listen(server, config.port, config.host)
  life.add('server', () => stopServer(server, config.stopMax))
  log.info({ url, secureUrl, edge: config.id }, 'edge.listening')
  return { url, secureUrl }
}

async function listenSecure(
  { config, life, metrics, log }: ListeningParts,
  shared: EdgeServerParts,
): Promise<string | undefined> {
  const tls = tlsOf(config)
  if (tls === undefined) return undefined
  const files = tls.files ?? (await developmentCertificate(config.stateDir))
  const certificate = new Certificate({ files, log, report: metrics.certificate })
  const options = await certificate.load()
  const clients =
    files.clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: true }
  const server = createEdgeServer({
    ...shared,
    tls: {
      options: { ...options, ...clients },
      answers: { hsts: config.hsts, onlyTls: config.tlsRedirect !== undefined },
    },
  })
  const url = await listen(server, tls.port, config.host, 'https')
  certificate.watch((context) => server.setSecureContext(context))
  life.add('certificate', async () => certificate.stop())
  life.add('secure server', () => stopServer(server, config.stopMax))
  return url
}
