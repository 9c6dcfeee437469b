/**
 * Row verification through the mapping.
 *
 * @module
 */
export {
  type ChangedKeys,
  ChangedKeysUnknown,
  collectKeys,
  followChangedKeys,
} from './verification/changedKeys.ts'
export { compareKeys, type KeysByTable } from './verification/compareKeys.ts'
export { type Difference, redacted } from './verification/difference.ts'
export { keyText, type Pair, type Store, type Stores } from './verification/pair.ts'
export { loadPairs, TableMissing } from './verification/pairs.ts'
export { repairRequest, repairsAtMost, TooManyDifferences } from './verification/repair.ts'
export type { Settle } from './verification/suspects.ts'
export { type SweepOptions, type Swept, sweepKeys } from './verification/sweep.ts'
export {
  type DomainVerified,
  settleByMarker,
  verifyDomain,
  withoutValues,
} from './verification/verifyDomain.ts'
export { type TableVerified, type VerifyOptions, verifyTable } from './verification/verifyTable.ts'
