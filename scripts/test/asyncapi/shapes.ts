/**
 * The shapes of tables as migrations write them, without a database: their statements are recorded and
 * their columns read. Good for the types of columns; what checks manifests asks real servers.
 *
 * @module
 */
import type { TableShape } from '@matapalo/core'
import { tableShape } from '../../../packages/core/test/shapes.ts'

/** Of knex, `up` of a migration that only makes tables calls nothing else. */
type Up = (knex: never) => Promise<void>

async function statementsOf(ups: readonly Up[]): Promise<readonly string[]> {
  const seen: string[] = []
  const knex = {
    raw: async (sql: string) => {
      seen.push(sql)
      return [[]]
    },
  }
  // The cast: see `Up`.
  for (const up of ups) await up(knex as never)
  return seen
}

const unquoted = (name: string): string => name.replaceAll('`', '')
const names = (list: string): readonly string[] =>
  list.split(',').map((name) => unquoted(name.trim()))

function shapeOf(schema: string, statement: string): TableShape | null {
  const [, table = '', body = ''] =
    /^CREATE TABLE (?:IF NOT EXISTS )?(`?\w+`?) \(\n([\s\S]*)\n\s*\)/.exec(statement) ?? []
  if (table === '') return null
  const columns: Record<string, string> = {}
  let primaryKey: readonly string[] = []
  for (const written of body.split('\n')) {
    const line = written.trim().replace(/,$/, '')
    const [, key] = /^PRIMARY KEY \((.*)\)$/.exec(line) ?? []
    if (key !== undefined) primaryKey = names(key)
    const [, name = '', definition = ''] = /^(`?[a-z]\w*`?) (.*)$/.exec(line) ?? []
    if (name === '') continue
    columns[unquoted(name)] = definition.replace(/ COMMENT '.*$/, '')
    if (definition.includes('PRIMARY KEY')) primaryKey = [unquoted(name)]
  }
  return tableShape(schema, unquoted(table), { columns, primaryKey })
}

export const shapesOf = async (
  schema: string,
  ups: readonly Up[],
): Promise<readonly TableShape[]> =>
  (await statementsOf(ups))
    .map((statement) => shapeOf(schema, statement.trim()))
    .filter((shape) => shape !== null)
