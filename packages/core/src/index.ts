export * from './check/facts.ts'
export { dropForeignKey } from './check/foreignKeys.ts'
export { checkManifest } from './check/manifest.ts'
export { checkAgainst } from './check/routes.ts'
export { type Accounts, checkGrants, checkServer } from './check/server.ts'
export { type ValueColumn, valueColumns } from './check/values.ts'
export * from './errors.ts'
export * from './manifest/model.ts'
export { type ParsedManifest, parseManifest } from './manifest/parse.ts'
export { type ParsedProject, parseProject } from './manifest/project.ts'
export * from './manifest/stored.ts'
export { durationMs } from './manifest/words.ts'
export * from './mapping/compile.ts'
export * from './mapping/errors.ts'
export { literal, quoted } from './mapping/sqlText.ts'
export * from './parity/index.ts'
export * from './routeTable.ts'
export { bucketOf, canaryReads, type Elsewhere, elsewhere, inCanary } from './routing/canary.ts'
export { compileRouteTable, isTaken, type RouteTableInput } from './routing/compile.ts'
export { type Decision, decide } from './routing/decide.ts'
export { fallbackOf } from './routing/fallback.ts'
export { matchRoute, type RequestLine } from './routing/match.ts'
export {
  allDomains,
  type Chosen,
  choiceOf,
  followChoice,
  type SideChoice,
  sideHeader,
  sideKeyLeast,
  sideToken,
} from './routing/sideChoice.ts'
export * from './rows.ts'
export * from './transfer/index.ts'
export * from './vocabulary.ts'
