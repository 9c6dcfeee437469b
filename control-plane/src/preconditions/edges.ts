import type { Precondition } from './precondition.ts'

export const edges: Precondition = {
  gate: 'edges',
  async check({ control, domain }) {
    const { hub } = control
    await hub.refresh()
    const epoch = hub.table?.epoch ?? 0
    const lacking = hub.lacking({ epoch, drained: false })
    if (lacking.length === 0) return null
    return (
      `edge ${lacking.join(', ')} has not acknowledged epoch ${epoch} (transfer of ${domain.name}); ` +
      `run: matapalo edges (one that will not come back: matapalo edges gone ${lacking[0]})`
    )
  },
}
