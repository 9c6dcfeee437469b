/** The control plane: ledger, conductor, API. */
import { join } from 'node:path'
import { nodeProcess } from './nodeProcess.ts'
import { databaseUrl, httpUrl, kafkaBrokers } from './urls.ts'

export const controlPlane = nodeProcess({
  name: 'control-plane',
  entry: 'control-plane/src/main.ts',
  ports: { main: { offset: 8, container: 8000 } },
  needs: ['monolith-db', 'services-db'],
  memoryMiB: 384,
  heapMiB: 192,
  environment: (places, { root }) => ({
    CONTROL_PORT: String(places.listen('control-plane').port),
    CONTROL_HOST: places.listen('control-plane').host,
    MATAPALO_OPERATOR_TOKEN: places.secrets.operatorToken,
    MATAPALO_EDGE_TOKEN: places.secrets.edgeToken,
    LEDGER_URL: databaseUrl(places, 'services-db', 'ledger', 'ledger'),
    MONOLITH_DB_URL: databaseUrl(places, 'monolith-db', 'matapalo_conductor', 'matapalo'),
    SERVICES_DB_URL: databaseUrl(places, 'services-db', 'matapalo_conductor', 'matapalo'),
    CONNECT_URL: httpUrl(places, 'connect'),
    CDC_URL: httpUrl(places, 'cdc'),
    KAFKA_BROKERS: kafkaBrokers(places),
    // Everything shares two processors here, and each transaction costs Kafka and Connect some of them.
    FEED_POLL_MS: '60',
    // Registered at the first boot, with the variables below put into it.
    CONTROL_PROJECT: join(root, 'matapalo.yaml'),
    MONOLITH_URL: httpUrl(places, 'monolith'),
    CATALOG_URL: httpUrl(places, 'catalog'),
    USERS_URL: httpUrl(places, 'users'),
    ORDERS_URL: httpUrl(places, 'orders'),
    SUPPORT_URL: httpUrl(places, 'support'),
    STOREFRONT_URL: httpUrl(places, 'storefront'),
    MONOLITH_DB_HOST: places.at('monolith-db').host,
    MONOLITH_DB_PORT: String(places.at('monolith-db').port),
    SERVICES_DB_HOST: places.at('services-db').host,
    SERVICES_DB_PORT: String(places.at('services-db').port),
    FEED_MONOLITH_HOST: places.at('monolith-db').host,
    FEED_MONOLITH_PORT: String(places.at('monolith-db').port),
    FEED_MONOLITH_USER: 'matapalo_feed',
    FEED_MONOLITH_PASSWORD: places.secrets.passwords.matapalo_feed,
    FEED_SERVICES_HOST: places.at('services-db').host,
    FEED_SERVICES_PORT: String(places.at('services-db').port),
    FEED_SERVICES_USER: 'matapalo_feed',
    FEED_SERVICES_PASSWORD: places.secrets.passwords.matapalo_feed,
  }),
})
