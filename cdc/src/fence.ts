/**
 * The fence: one writer, enforced by both databases.
 *
 * @module
 */
export { type Blocker, describeBlocker, findBlockers } from './fence/blockers.ts'
export {
  checkFence,
  ensureFence,
  FenceBlocked,
  type FenceMove,
  type FenceMoved,
  type FenceState,
  readFence,
  setFence,
  uncheckFence,
} from './fence/fence.ts'
export {
  type Installed,
  type InstalledTriggers,
  installedTriggers,
  installTriggers,
  isFenceTrigger,
  missingTriggers,
  removeTriggers,
  TriggersBlocked,
  triggersAbsent,
} from './fence/install.ts'
export { type FencedTables, type FenceTrigger, fenceTriggers } from './fence/triggers.ts'
