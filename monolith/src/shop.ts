/**
 * Opens the shop: database, HTTP, scheduled job, recovery; and closes it in the opposite order.
 *
 * @module
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemSession } from './accounts/systemSession.ts'
import { shopApp } from './app.ts'
import type { ShopConfig } from './config.ts'
import type { Shop } from './context.ts'
import { openDatabase } from './database.ts'
import { openDoor } from './door/door.ts'
import { every } from './every.ts'
import { startSchedule } from './jobs/schedule.ts'
import { timeIn } from './localTime.ts'
import { log } from './log.ts'
import { catalogClient } from './orders/catalogClient.ts'
import { recoverOnce } from './orders/recovery.ts'

export interface OpenShop {
  readonly shop: Shop
  readonly port: number
  close(): Promise<void>
}

export async function openShop(config: ShopConfig): Promise<OpenShop> {
  const db = openDatabase(config.databaseUrl, config.timeZone, config.poolSize)
  let port = config.port
  const urls = () => config.doorUrls ?? [`http://${config.host}:${port}`]
  // Longer than anybody is held while a part of the shop moves house.
  const door = openDoor({ urls, patienceMs: 15_000 })
  const session = systemSession({ db, door, password: config.systemPassword })
  const shop: Shop = {
    config,
    db,
    showTime: timeIn(config.timeZone),
    catalog: catalogClient({
      door,
      sessionCookie: session.cookie,
      forgetSession: session.forget,
    }),
    door: openDoor({ urls, patienceMs: config.doorPatienceMs }),
    openSystemSession: session.cookie,
  }
  const server = createServer(shopApp(shop))
  // 75 seconds, longer than anything in front of the shop keeps a connection.
  server.keepAliveTimeout = 75_000
  server.headersTimeout = 80_000
  server.listen(config.port, config.host)
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
  const recovery = every(config.recoveryIntervalMs, 'recovery', () => recoverOnce(shop))
  const schedule = startSchedule(config)
  log('info', 'shop.open', { port, timeZone: config.timeZone })
  return {
    shop,
    port,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      const force = setTimeout(() => server.closeAllConnections(), 5_000)
      await Promise.all([recovery.stop(), schedule.stop()])
      await closed
      clearTimeout(force)
      await db.close()
      log('info', 'shop.closed', {})
    },
  }
}
