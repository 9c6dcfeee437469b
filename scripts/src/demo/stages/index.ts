/** The demos, in order. */
import type { Stage } from '../stage.ts'
import { awaitBackfill, backfill, beginBackfills } from './backfill.ts'
import { cascade } from './cascade.ts'
import { decommissionAll } from './decommission.ts'
import { prepare } from './prepare.ts'
import { register, registerAll } from './register.ts'
import { retire } from './retire.ts'
import { seam, seams } from './seam.ts'
import { arrive, startTraffic } from './startTraffic.ts'
import { transfer } from './transfer.ts'
import { verify } from './verify.ts'

/** The catalogue leaves the shop, comes back, and leaves again. */
export const catalogStages: readonly Stage[] = [
  startTraffic,
  seam,
  register,
  prepare('catalog'),
  backfill('catalog'),
  verify('catalog'),
  transfer('cutover', 'cutover', 'catalog'),
  transfer('rollback', 'rollback', 'catalog'),
  verify('catalog'),
  transfer('recutover', 'cutover', 'catalog'),
  verify('catalog'),
]

/** Everything leaves the shop, and the shop is turned off. */
export const shopStages: readonly Stage[] = [
  registerAll,
  arrive,
  seams,
  // First: whoever runs the DDL is seen writing on that server.
  cascade,
  prepare('catalog', 'users', 'orders', 'storefront'),
  beginBackfills('catalog', 'users', 'orders', 'support'),
  awaitBackfill('catalog'),
  verify('catalog'),
  transfer('cutover', 'cutover', 'catalog'),
  transfer('rollback', 'rollback', 'catalog'),
  verify('catalog'),
  transfer('recutover', 'cutover', 'catalog'),
  awaitBackfill('users'),
  verify('users'),
  transfer('cutover-users', 'cutover', 'users'),
  awaitBackfill('orders', 'support'),
  verify('orders', 'support'),
  transfer('cutover-orders', 'cutover', 'orders', 'support'),
  transfer('rollback-orders', 'rollback', 'orders', 'support'),
  transfer('recutover-orders', 'cutover', 'orders', 'support'),
  transfer('cutover-storefront', 'cutover', 'storefront'),
  verify('catalog', 'users', 'orders', 'support'),
  decommissionAll,
  retire,
]
