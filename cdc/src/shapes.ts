/**
 * The databases as data: tables, keys, triggers, grants, server settings.
 *
 * @module
 */
export {
  type BinlogPlace,
  binlogHead,
  type LoggedTransaction,
  readBinlog,
  transactionsOf,
} from './shapes/binlog.ts'
export { freeSpace } from './shapes/disk.ts'
export { loadForeignKeys } from './shapes/foreignKeys.ts'
export { type Grant, loadGrants, may, mayGlobally } from './shapes/grants.ts'
export {
  backupsRunning,
  loadServer,
  preparedXa,
  rowsWritten,
  type ServerFacts,
  xaStarts,
} from './shapes/server.ts'
export { loadShapes, loadTableFacts, type TableFacts } from './shapes/tables.ts'
export { type AppTrigger, loadAppTriggers } from './shapes/triggers.ts'
export { type ColumnValues, loadValues, type ValueColumn } from './shapes/values.ts'
