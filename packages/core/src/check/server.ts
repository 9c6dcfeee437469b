/**
 * A database server against what a change feed and a fence stand on.
 *
 * @module
 */
import { problemAt } from '../manifest/document.ts'
import { hasTables, type Manifest, type Problem, type Project } from '../manifest/model.ts'
import type { Side } from '../vocabulary.ts'
import type { GrantFact, ServerFact } from './facts.ts'
import { nearest } from './nearest.ts'

const database = (side: Side): 'monolith' | 'services' =>
  side === 'monolith' ? 'monolith' : 'services'

export function checkServer(project: Project, side: Side, server: ServerFact): readonly Problem[] {
  const name = database(side)
  const problem = (fact: string, remedy: string) =>
    problemAt(project, `databases.${name}`, `${name} database: ${fact}`, remedy)
  if (!server.logBin) {
    return [problem('the binary log is off', 'set log_bin and binlog_format=ROW, then restart it')]
  }
  const settings = [
    ['binlog_format', server.binlogFormat, 'ROW', 'a change would not carry its row'],
    ['binlog_row_image', server.binlogRowImage, 'FULL', 'a change would lack columns'],
    ['binlog_row_metadata', server.binlogRowMetadata, 'FULL', 'a change would lack column names'],
  ] as const
  const misset = settings.flatMap(([setting, value, wanted, why]) =>
    value.toUpperCase() === wanted
      ? []
      : [
          problem(
            `${setting} is ${value || 'unknown'}, not ${wanted}: ${why}`,
            `run: SET GLOBAL ${setting} = '${wanted}'; set it in the configuration too, and reconnect the application`,
          ),
        ],
  )
  return server.galera
    ? [
        ...misset,
        problem(
          'is a Galera cluster, where a locked row is no fence for the other nodes',
          'send all writes to one node and set wsrep_on=OFF for its sessions, or use another server',
        ),
      ]
    : misset
}

/** The toolkit's accounts of one side; the application's is the manifest's own, if this is absent. */
export interface Accounts {
  readonly conductor: string
  readonly applier: string
  readonly feed: string
  readonly application?: string | null
}

const wantedOf = (
  accounts: Accounts,
  schema: string,
): readonly (readonly [account: string, privilege: string, schema: string])[] => [
  ...['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRIGGER'].map(
    (privilege) => [accounts.conductor, privilege, schema] as const,
  ),
  [accounts.conductor, 'PROCESS', '*'],
  ...['SELECT', 'INSERT', 'UPDATE', 'DELETE'].map(
    (privilege) => [accounts.applier, privilege, schema] as const,
  ),
  [accounts.applier, 'BINLOG REPLAY', '*'],
  [accounts.feed, 'SELECT', schema],
  [accounts.feed, 'LOCK TABLES', schema],
  [accounts.feed, 'REPLICATION SLAVE', '*'],
  [accounts.feed, 'BINLOG MONITOR', '*'],
]

/** What the toolkit's accounts lack on the manifest's tables, and what the application's must not have. */
export function checkGrants(
  manifest: Manifest,
  side: Side,
  grants: readonly GrantFact[],
  accounts: Accounts,
): readonly Problem[] {
  if (!hasTables(manifest)) return []
  const key = side === 'monolith' ? 'source' : 'target'
  const schema = manifest.schemas[key]
  const tables = manifest.tables.flatMap((table) =>
    side === 'monolith' ? [table.source] : table.targets.map((target) => target.table),
  )
  const covers = (account: string, privilege: string, wanted: string, table: string) =>
    grants.some(
      (grant) =>
        grant.account === account &&
        same(grant.privilege, privilege) &&
        (grant.schema === '*' ||
          (grant.schema === wanted && (grant.table === '*' || grant.table === table))),
    )
  const problem = (fact: string, remedy: string) =>
    problemAt(manifest, `schemas.${key}`, fact, remedy)
  const absent: Problem[] = wantedOf(accounts, schema).flatMap(([account, privilege, wanted]) => {
    const has =
      wanted === '*'
        ? grants.some(
            (one) =>
              one.account === account && one.schema === '*' && same(one.privilege, privilege),
          )
        : tables.every((table) => covers(account, privilege, wanted, table))
    if (has) return []
    const on = wanted === '*' ? '*.*' : `${quotedSchema(wanted)}.*`
    const fact = `${account}: lacks ${privilege} on ${on} of the ${database(side)} database`
    return [problem(fact, `run: GRANT ${privilege} ON ${on} TO '${account}'@'%';`)]
  })
  const application = accounts.application ?? manifest.accounts[key]
  absent.push(...unknownAccounts(manifest, side, grants))
  if (application === null || !tables.some((table) => covers(application, 'DROP', schema, table))) {
    return absent
  }
  const fact = `${application}: has DROP on ${schema}, so a TRUNCATE would pass the fence unseen`
  const remedy = `give schema changes an account of their own, then run: REVOKE DROP ON ${quotedSchema(schema)}.* FROM '${application}'@'%';`
  return [...absent, problem(fact, remedy)]
}

/**
 * Nothing that a misspelt account does would be noticed: neither its DROP, nor that it is the one
 * which writes. Every account shows by some privilege, be it USAGE.
 */
function unknownAccounts(
  manifest: Manifest,
  side: Side,
  grants: readonly GrantFact[],
): readonly Problem[] {
  const known = [...new Set(grants.map(({ account }) => account))]
  const application = side === 'monolith' ? 'source' : 'target'
  const named = [
    [`accounts.${application}`, manifest.accounts[application]] as const,
    ...(side === 'monolith'
      ? Object.entries(manifest.jobs).map(([job, { account }]) => [`jobs.${job}`, account] as const)
      : []),
  ]
  return named.flatMap(([path, account]) => {
    if (account === null || known.includes(account)) return []
    const meant = nearest(account, known)
    return [
      problemAt(
        manifest,
        path,
        `${account}: no such account on the ${database(side)} database`,
        meant === null
          ? 'name the account that the application connects as, without its host'
          : `did you mean \`${meant}\`? Name the account that the application connects as, without its host`,
      ),
    ]
  })
}

const quotedSchema = (schema: string): string => `\`${schema}\``

/** Privileges that were renamed, or that come with a wider one. */
function same(has: string, wanted: string): boolean {
  if (has === wanted || has === 'ALL PRIVILEGES' || has === 'ALL') return true
  if (wanted === 'BINLOG REPLAY' || wanted === 'BINLOG MONITOR') {
    return has === 'SUPER' || (wanted === 'BINLOG MONITOR' && has === 'REPLICATION CLIENT')
  }
  return false
}
