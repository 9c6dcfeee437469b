/** The storefront: pages over the services' APIs. */
import { nodeProcess } from './nodeProcess.ts'
import { shopUrl } from './urls.ts'

export const storefront = nodeProcess({
  name: 'storefront',
  entry: 'services/storefront/src/main.ts',
  ports: { main: { offset: 19, container: 8000 } },
  needs: [],
  memoryMiB: 224,
  heapMiB: 128,
  environment: (places) => ({
    PORT: String(places.listen('storefront').port),
    HOST: places.listen('storefront').host,
    SHOP_URL: shopUrl(places),
    FORM_SECRET: places.secrets.formSecret,
  }),
})
