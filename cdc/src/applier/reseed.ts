/**
 * Lets a stopped applier go on after its feed was broken (tokens missing, topic or marker row made
 * anew): for a new backfill, which brings every row again. Mode and term stay, so nothing flips.
 *
 * @module
 */
import type { Direction } from '@matapalo/core'
import type { Db } from '@matapalo/runtime'
import { toolkitTable } from '../names.ts'

export interface Reseed {
  readonly domain: string
  readonly direction: Direction
  /** The feed's topic as it is now, and the first offset it holds. */
  readonly topicId: string
  readonly low: bigint
}

/**
 * Within the same topic reading goes on where it stopped; a new one is read from its beginning.
 *
 * @returns false when the applier is not stopped: nothing was changed
 */
export async function reseedApplier(targetDb: Db, reseed: Reseed): Promise<boolean> {
  const { domain, direction, topicId, low } = reseed
  const result = await targetDb.execute(
    `UPDATE ${toolkitTable('applier_state')}
     SET kafka_offset = IF(topic_id <=> ?, kafka_offset, ?), topic_id = ?, generation = NULL,
       position = NULL, updated_at = NOW(6)
     WHERE domain = ? AND direction = ? AND status = 'stopped'`,
    [topicId, low, topicId, domain, direction],
  )
  return result.affectedRows === 1
}
