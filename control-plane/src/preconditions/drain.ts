/** Work in flight, by the manifest's own query on the owner. */
import type { Precondition } from './precondition.ts'

export const drain: Precondition = {
  gate: 'drain',
  async check({ control, domain, manifest, from }) {
    if (manifest.drain === null) return null
    const [row] = await control.stores[from].query(manifest.drain)
    const left = Number(Object.values(row ?? {})[0] ?? 0)
    if (left === 0) return null
    return `${left} piece(s) of work are in flight by the manifest's drain query, 0 are allowed; run: matapalo status ${domain.name}`
  },
}
