/** The edges: the only way in for clients. Replicas differ by their id and ports. */
import type { Port } from '../component.ts'
import { nodeProcess } from './nodeProcess.ts'
import { databaseUrl, httpUrl, issuerKeysUrl, issuerUrl, redisUrl } from './urls.ts'

const edge = (name: 'edge-1' | 'edge-2', main: Port, admin: Port) =>
  nodeProcess({
    name,
    entry: 'edge-proxy/src/main.ts',
    ports: { main, admin },
    healthPort: 'admin',
    needs: ['monolith-db', 'services-db', 'redis'],
    memoryMiB: 384,
    heapMiB: 192,
    keepsFiles: true,
    environment: (places, { folder }) => ({
      EDGE_ID: name,
      EDGE_PORT: String(places.listen(name).port),
      EDGE_ADMIN_PORT: String(places.listen(name, 'admin').port),
      EDGE_HOST: places.listen(name).host,
      EDGE_HOLD_MAX_MS: '10000',
      CONTROL_URL: httpUrl(places, 'control-plane'),
      MATAPALO_EDGE_TOKEN: places.secrets.edgeToken,
      LEDGER_URL: databaseUrl(places, 'services-db', 'ledger_reader', 'ledger'),
      MONOLITH_DB_URL: databaseUrl(places, 'monolith-db', 'matapalo_edge', 'matapalo'),
      SERVICES_DB_URL: databaseUrl(places, 'services-db', 'matapalo_edge', 'matapalo'),
      REDIS_URL: redisUrl(places),
      EDGE_IDENTITY_KEY: places.secrets.identityKey,
      EDGE_STATE_DIR: folder,
      SESSION_COOKIE: 'sid',
      INTROSPECT_PATH: '/api/session',
      EDGE_OIDC_ISSUER: issuerUrl(places),
      EDGE_OIDC_AUDIENCE: 'bookshop',
      EDGE_OIDC_JWKS_URL: issuerKeysUrl(places),
      EDGE_PROGRAM_SESSION: places.secrets.programSession,
      EDGE_TESTER_KEY: places.secrets.testerKey,
    }),
  })

export const edge1 = edge('edge-1', { offset: 1, container: 8080 }, { offset: 2, container: 8081 })
export const edge2 = edge('edge-2', { offset: 3, container: 8080 }, { offset: 4, container: 8081 })
