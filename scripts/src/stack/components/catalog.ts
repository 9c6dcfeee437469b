/** The catalog service. */
import { nodeProcess } from './nodeProcess.ts'
import { databaseUrl } from './urls.ts'

export const catalog = nodeProcess({
  name: 'catalog',
  entry: 'services/catalog/src/main.ts',
  ports: { main: { offset: 6, container: 8000 } },
  needs: ['services-db'],
  memoryMiB: 384,
  heapMiB: 192,
  environment: (places) => ({
    PORT: String(places.listen('catalog').port),
    HOST: places.listen('catalog').host,
    DATABASE_URL: databaseUrl(places, 'services-db', 'catalog', 'catalog'),
    IDENTITY_JWKS: places.secrets.identityJwks,
    SHOP_TIME_ZONE: 'America/Bogota',
  }),
})
