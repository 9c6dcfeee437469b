/** What verification compares, per domain; loaded once per manifest version. */
import { type Stores as Compared, loadPairs, type Pair } from '@matapalo/cdc/verification'
import type { Manifest } from '@matapalo/core'
import type { Stores } from './stores.ts'

export const comparedStores = (stores: Stores, manifest: Manifest): Compared => ({
  monolith: { db: stores.monolith, schema: manifest.schemas.source },
  service: { db: stores.service, schema: manifest.schemas.target },
})

const loaded = new WeakMap<Manifest, Promise<readonly Pair[]>>()

export function pairsOf(stores: Stores, manifest: Manifest): Promise<readonly Pair[]> {
  const known = loaded.get(manifest)
  if (known !== undefined) return known
  const loading = loadPairs(comparedStores(stores, manifest), manifest)
  loaded.set(manifest, loading)
  loading.catch(() => loaded.delete(manifest))
  return loading
}
