/** The demo, in order. */
import type { Stage } from '../stage.ts'
import { backfill } from './backfill.ts'
import { prepare } from './prepare.ts'
import { register } from './register.ts'
import { seam } from './seam.ts'
import { startTraffic } from './startTraffic.ts'
import { transfer } from './transfer.ts'
import { verify } from './verify.ts'

export const demoStages: readonly Stage[] = [
  startTraffic,
  seam,
  register,
  prepare,
  backfill,
  verify,
  transfer('cutover', 'cutover'),
  transfer('rollback', 'rollback'),
  verify,
  transfer('recutover', 'cutover'),
  verify,
]
