/** The edges' part of a transfer. */
import { sleep } from '@matapalo/runtime'
import type { EdgeHub } from '../edges/hub.ts'
import { EdgesNotDrained } from '../errors.ts'
import type { EdgesPort } from '../ports.ts'

/** 1500 (milliseconds): longest wait for edges past the commit point while they are connected. */
const inForceMs = 1500
/** 1200 (milliseconds): after a second without contact an edge holds the moving domain by itself. */
const selfHeldMs = 1200

export const edgesPort = (hub: EdgeHub): EdgesPort => ({
  async awaitDrained(epoch, timeoutMs) {
    const lacking = await hub.awaitAll({ epoch, drained: true, timeoutMs })
    if (lacking.length > 0) throw new EdgesNotDrained(epoch, lacking, timeoutMs)
    return { edges: hub.connected.size }
  },
  async awaitInForce(epoch) {
    const lacking = await hub.awaitAll({ epoch, drained: false, timeoutMs: inForceMs })
    if (lacking.length === 0) return { cut: [] }
    const end = performance.now() + selfHeldMs
    for (const id of lacking) hub.cut(id)
    const still = await hub.awaitAll({ epoch, drained: false, timeoutMs: selfHeldMs })
    if (still.length > 0) await sleep(Math.max(0, end - performance.now()))
    return { cut: lacking }
  },
})
