/**
 * What an edge can be told about copied reads, and about testers.
 *
 * @module
 */
import { sideKeyLeast } from '@matapalo/core'
import { count, millis, type Settings } from '@matapalo/runtime'

/** Not shown when it is refused. */
const sharedKey = (value: string): string => {
  if (Buffer.byteLength(value) >= sideKeyLeast) return value
  throw new Error(`expected at least ${sideKeyLeast} octets`)
}

export const shadowSettings = {
  shadowConcurrency: {
    env: 'EDGE_SHADOW_CONCURRENCY',
    parse: count,
    default: 4,
    help: 'copied reads under way at a time; 0: this edge copies nothing, for one that is short of CPU',
  },
  shadowBody: {
    env: 'EDGE_SHADOW_BODY_BYTES',
    parse: count,
    default: 262_144,
    help: 'largest content that is compared; larger where answers are, since comparing them takes turns from clients',
  },
  shadowMax: {
    env: 'EDGE_SHADOW_MAX_MS',
    parse: millis,
    default: 2_000,
    help: 'longest a side may take to a whole answer that is only compared, ms; longer where reports are slow',
  },
  testerKey: {
    env: 'EDGE_TESTER_KEY',
    parse: sharedKey,
    default: undefined as string | undefined,
    help: 'key of the headers by which testers choose a side, the same for `matapalo tester`; absent: each such header is refused, for an edge that nobody tests through',
  },
} as const satisfies Settings
