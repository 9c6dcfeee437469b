/**
 * The shelf domain on the run's shared stack, prepared once: feeds both ways, no worker.
 *
 * `MATAPALO_TEST_STACK` names a kept instance to use instead, for quick turns while developing.
 *
 * @module
 */
import type { Manifest } from '@matapalo/core'
import { readStackFile } from '../../../scripts/src/stack/index.ts'
import { sharedStack } from '../../../scripts/src/stack/testing.ts'
import { type FeedPlaces, type Feeds, openFeeds } from './feeds.ts'
import { createShelf, shelfManifest } from './shelf.ts'

export interface SharedShelf {
  readonly stack: FeedPlaces
  readonly feeds: Feeds
  readonly manifest: Manifest
}

let shared: Promise<SharedShelf> | undefined

async function prepare(): Promise<SharedShelf> {
  const kept = process.env.MATAPALO_TEST_STACK
  const stack: FeedPlaces | undefined =
    kept === undefined
      ? await sharedStack('monolith-db', 'services-db', 'kafka', 'connect')
      : readStackFile(kept)
  if (stack === undefined) throw new Error(`no stack ${kept}`)
  const feeds = openFeeds(stack)
  const manifest = shelfManifest()
  await createShelf(feeds.monolith, feeds.services)
  await feeds.prepare(manifest, ['monolith', 'service'])
  await feeds.register(manifest)
  return { stack, feeds, manifest }
}

export function sharedShelf(): Promise<SharedShelf> {
  shared ??= prepare()
  return shared
}

after(async () => {
  await (await shared?.catch(() => undefined))?.feeds.close()
  shared = undefined
})
