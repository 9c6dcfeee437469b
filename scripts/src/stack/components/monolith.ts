/** The legacy bookshop. */
import { nodeProcess } from './nodeProcess.ts'
import { databaseUrl, httpUrl } from './urls.ts'

export const monolith = nodeProcess({
  name: 'monolith',
  entry: 'monolith/src/main.ts',
  ports: { main: { offset: 5, container: 8000 } },
  needs: ['monolith-db'],
  memoryMiB: 384,
  heapMiB: 192,
  environment: (places) => ({
    PORT: String(places.listen('monolith').port),
    HOST: places.listen('monolith').host,
    DATABASE_URL: databaseUrl(places, 'monolith-db', 'bookshop', 'bookshop'),
    SHOP_TIME_ZONE: 'America/Bogota',
    SHOP_DOOR_URL: `${httpUrl(places, 'edge-1')},${httpUrl(places, 'edge-2')}`,
    SHOP_SYSTEM_PASSWORD: places.secrets.systemPassword,
    SHOP_PROVIDER_SECRET: places.secrets.providerSecret,
    SHOP_JOB_INTERVAL_MS: '1000',
    SHOP_SESSION_DAYS: '30',
  }),
})
