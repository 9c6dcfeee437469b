/**
 * A feed that does not continue what was applied stops for good. The backfill reads every row anew,
 * so the applier may go on from what the topic holds.
 *
 * @module
 */
import { reseedApplier } from '@matapalo/cdc/applier/reseed'
import { readApplierState } from '@matapalo/cdc/applierState'
import { domainTopic } from '@matapalo/cdc/names'
import type { Control } from './control.ts'

export async function forgetBrokenFeed({ stores, feeds }: Control, domain: string): Promise<void> {
  const topic = domainTopic('monolith', domain)
  const state = await readApplierState(stores.service, domain, 'forward')
  if (state?.status !== 'stopped' || !(await feeds.kafka.topicExists(topic))) return
  const [topicId, { low }] = await Promise.all([feeds.topicId(topic), feeds.kafka.bounds(topic)])
  await reseedApplier(stores.service, { domain, direction: 'forward', topicId, low })
}
