/**
 * The process: reads its configuration, wires, starts, stops gracefully on SIGTERM and SIGINT.
 *
 * @module
 */
import { openDatabase } from '@bookshop/kit/database'
import { identityReader, providerOf } from '@bookshop/kit/identity'
import { shownIn } from '@bookshop/kit/instants'
import { createLog } from '@bookshop/kit/log'
import { runService, stopSwitch } from '@bookshop/kit/process'
import { createApp } from './app.ts'
import { shippedBotBook } from './bot/book.ts'
import { readConfig } from './config.ts'
import { followUsers } from './desk/userEvents.ts'
import { createMetrics } from './metrics.ts'
import { neighboursAt } from './neighbours/at.ts'
import { startNotifier } from './notify/consumer.ts'
import { startDelivery } from './notify/deliver.ts'
import { fileMailer } from './notify/mail.ts'
import { startClaims } from './tickets/claims.ts'

const config = readConfig(process.env)
const log = createLog('support', config.logLevel)
const metrics = createMetrics()
const database = openDatabase(config.database, config.poolSize, log)
const neighbours = neighboursAt(config)
const life = stopSwitch()
const now = () => new Date()

const app = createApp({
  ...neighbours,
  database,
  show: shownIn(config.timeZone),
  now,
  timeZone: config.timeZone,
  bot: shippedBotBook(),
  metrics,
  log,
  readIdentity: identityReader({
    edge: { keys: config.identityKeys, audience: 'support' },
    provider: providerOf(config),
  }),
  isStopping: life.isStopping,
  validateResponses: false,
})

const { brokers, mailFolder, deskMailbox } = config
const parts = { ...neighbours, database, now, metrics, log }
await runService({
  app,
  host: config.host,
  port: config.port,
  log,
  life,
  database,
  background: () => [
    // 5000 (five seconds): a claimed order is seldom, and nobody waits for it.
    startClaims(database, neighbours.orders, log, 5000),
    startDelivery({ ...parts, mailer: fileMailer(mailFolder), deskMailbox }, 500),
    ...(brokers === undefined
      ? []
      : [startNotifier({ ...parts, brokers }), followUsers({ ...parts, brokers })]),
  ],
})
