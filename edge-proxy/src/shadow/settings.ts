/**
 * What an edge can be told about copied reads.
 *
 * @module
 */
import { count, millis, type Settings } from '@matapalo/runtime'

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
} as const satisfies Settings
