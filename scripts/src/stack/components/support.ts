/** The support service: tickets, the bot, the desk, and the mails about them. */
import { join } from 'node:path'
import { nodeProcess } from './nodeProcess.ts'
import { kafkaBrokers, serviceEnvironment, shopUrl } from './urls.ts'

export const support = nodeProcess({
  name: 'support',
  entry: 'services/support/src/main.ts',
  ports: { main: { offset: 18, container: 8000 } },
  needs: ['services-db', 'kafka'],
  memoryMiB: 288,
  heapMiB: 128,
  keepsFiles: true,
  environment: (places, { folder }) => ({
    ...serviceEnvironment(places, 'support'),
    // Through the edge all of them: it knows who owns what, and waits until a mirror has caught up.
    SHOP_URL: shopUrl(places),
    USERS_URL: shopUrl(places),
    ORDERS_URL: shopUrl(places),
    SUPPORT_CLIENT_SECRET: places.secrets.supportClientSecret,
    KAFKA_BROKERS: kafkaBrokers(places),
    MAIL_FOLDER: join(folder, 'mail'),
  }),
})
