/** The users service: accounts and sessions, and the identity provider. */
import { join } from 'node:path'
import type { Places } from '../component.ts'
import { nodeProcess } from './nodeProcess.ts'
import { serviceEnvironment, shopUrl } from './urls.ts'

/**
 * `app` stands for anybody's app: public, code with PKCE, back to a loopback address where nothing
 * listens. The edge needs no client: it asks for sessions under its own signature.
 */
const clients = ({ secrets }: Places): string =>
  JSON.stringify([
    { client_id: 'app', redirect_uris: ['http://127.0.0.1:9/back'] },
    {
      client_id: 'orders',
      client_secret: secrets.ordersClientSecret,
      scope: 'users:read catalog:reserve',
    },
    {
      client_id: 'support',
      client_secret: secrets.supportClientSecret,
      scope: 'users:read users:contact orders:read',
    },
  ])

export const users = nodeProcess({
  name: 'users',
  entry: 'services/users/src/main.ts',
  ports: { main: { offset: 16, container: 8000 } },
  needs: ['services-db'],
  // Each hash of a password takes 19 MiB outside the heap for a moment.
  memoryMiB: 320,
  heapMiB: 160,
  keepsFiles: true,
  environment: (places, { folder }) => ({
    ...serviceEnvironment(places, 'users'),
    USERS_SECRET: places.secrets.usersSecret,
    OIDC_CLIENTS: clients(places),
    OWNER_URL: shopUrl(places),
    SHOP_URL: shopUrl(places),
    TRUSTED_PROXIES: '1',
    ACCESS_TOKEN_TTL_S: '30',
    MAIL_FOLDER: join(folder, 'mail'),
  }),
})
