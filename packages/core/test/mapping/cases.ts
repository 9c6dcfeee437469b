/**
 * Lens cases, one YAML file each: see cases/README.md.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import {
  type CompiledTable,
  compileMapping,
  parseManifest,
  type SqlValue,
  type TableMapping,
  type TableShape,
} from '@matapalo/core'
import { parse, stringify } from 'yaml'
import { tableShape } from '../shapes.ts'

export interface LensCase {
  readonly name: string
  readonly source: string
  readonly target: string
  readonly rule: Readonly<Record<string, unknown>>
  readonly fits: readonly (readonly [SqlValue, SqlValue, SqlValue?])[]
  readonly returns?: readonly (readonly [SqlValue, SqlValue])[]
  readonly refused?: readonly string[]
  readonly refusedBack?: readonly string[]
}

const folder = new URL('cases/', import.meta.url)

export const lensCases: readonly LensCase[] = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .sort()
  .map((file) => ({
    // The files are ours; a wrong shape fails its own test.
    ...(parse(readFileSync(new URL(file, folder), 'utf8')) as Omit<LensCase, 'name'>),
    name: file.replace('.yaml', '').replaceAll('-', ' '),
  }))

/** The case's rule between `old.v` and `new.v`, by way of a manifest. */
export function mappingOf(lens: Pick<LensCase, 'rule'>): TableMapping {
  const yaml = stringify({
    domain: 'test',
    upstream: 'test',
    schemas: { source: 'old_shop', target: 'new_shop' },
    routes: [{ path: '/x', methods: ['GET'] }],
    tables: { old: { to: { new: { id: 'id', v: { from: 'v', ...lens.rule } } } } },
  })
  const parsed = parseManifest(yaml, 'case.yaml')
  if ('problems' in parsed) throw new TypeError(JSON.stringify(parsed.problems))
  const [table] = parsed.manifest.tables
  if (!table) throw new TypeError('no table')
  return table
}

export const shapesOf = (lens: Pick<LensCase, 'source' | 'target'>) => {
  const id = 'INT NOT NULL PRIMARY KEY'
  const shape = (schema: string, table: string, v: string): TableShape =>
    tableShape(schema, table, { columns: { id, v }, primaryKey: ['id'] })
  return {
    source: shape('old_shop', 'old', lens.source),
    target: shape('new_shop', 'new', lens.target),
  }
}

export function compiled(lens: LensCase): CompiledTable {
  const { source, target } = shapesOf(lens)
  return compileMapping(mappingOf(lens), source, [target])
}
