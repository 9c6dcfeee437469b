/** The catalog service. */
import { nodeProcess } from './nodeProcess.ts'
import { kafkaBrokers, redisUrl, serviceEnvironment } from './urls.ts'

export const catalog = nodeProcess({
  name: 'catalog',
  entry: 'services/catalog/src/main.ts',
  ports: { main: { offset: 6, container: 8000 } },
  needs: ['services-db', 'kafka', 'redis'],
  memoryMiB: 384,
  heapMiB: 192,
  environment: (places) => ({
    ...serviceEnvironment(places, 'catalog'),
    CACHE_URL: redisUrl(places),
    KAFKA_BROKERS: kafkaBrokers(places),
  }),
})
