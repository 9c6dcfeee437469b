/** The orders service, with its simulated payment and shipping providers. */
import { nodeProcess } from './nodeProcess.ts'
import { kafkaBrokers, serviceEnvironment, shopUrl } from './urls.ts'

export const orders = nodeProcess({
  name: 'orders',
  entry: 'services/orders/src/main.ts',
  ports: { main: { offset: 17, container: 8000 } },
  needs: ['services-db', 'kafka'],
  memoryMiB: 288,
  heapMiB: 128,
  environment: (places) => ({
    ...serviceEnvironment(places, 'orders'),
    // Through the edge all of them: it knows who owns what, and waits until a mirror has caught up.
    CATALOG_URL: shopUrl(places),
    USERS_URL: shopUrl(places),
    CALLBACK_URL: shopUrl(places),
    ORDERS_CLIENT_SECRET: places.secrets.ordersClientSecret,
    PROVIDER_SECRET: places.secrets.providerSecret,
    ORDERS_PAYMENT_TIMEOUT_MS: '200',
    KAFKA_BROKERS: kafkaBrokers(places),
    INSTANCE: 'orders-1',
  }),
})
