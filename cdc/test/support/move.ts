/**
 * Moves a domain's ownership without edges: close, catch up, announce, open.
 *
 * @module
 */
import type { Side } from '@matapalo/core'
import { setFence } from '../../src/fence.ts'
import { writeOwnerMarker } from '../../src/markers.ts'
import type { Feeds } from './feeds.ts'

/** @returns the new term */
export async function moveShelf(feeds: Feeds, owner: Side): Promise<number> {
  const { conductor } = feeds
  const from = owner === 'monolith' ? 'service' : 'monolith'
  const [fence] = await feeds.services.query('SELECT MAX(term) AS t FROM matapalo.fence_shelf')
  const [other] = await feeds.monolith.query('SELECT MAX(term) AS t FROM matapalo.fence_shelf')
  const term = Math.max(Number(fence?.t), Number(other?.t)) + 1
  const seq = term * 10
  const to = { term, seq, budgetMs: 5_000 }
  await setFence(conductor[from], 'shelf', { ...to, closed: true })
  await feeds.settle('shelf', owner === 'service' ? 'forward' : 'reverse')
  await writeOwnerMarker(conductor.monolith, 'shelf', { term, owner, seq })
  await writeOwnerMarker(conductor.service, 'shelf', { term, owner, seq })
  await setFence(conductor[owner], 'shelf', { ...to, closed: false })
  return term
}
