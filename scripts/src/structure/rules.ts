/**
 * The shape of the repository as rules over its source files. Each gives the places that break it.
 *
 * @module
 */
import { existsSync, readdirSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { packageOf, readPackage, readSources, type SourceFile, targetOf } from './sources.ts'

export interface Rule {
  readonly name: string
  /** @returns one line per offence */
  check(root: string, files: readonly SourceFile[]): readonly string[]
}

const ours = (name: string): boolean => name.startsWith('@matapalo/')

/** core ← runtime ← cdc ← {edge-proxy, control-plane} ← scripts */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  'packages/core': [],
  'packages/runtime': ['@matapalo/core'],
  cdc: ['@matapalo/core', '@matapalo/runtime'],
  'edge-proxy': ['@matapalo/core', '@matapalo/runtime', '@matapalo/cdc'],
  'control-plane': ['@matapalo/core', '@matapalo/runtime', '@matapalo/cdc'],
  migrations: [],
}

/** Libraries with a life of their own; each has one file per workspace that knows it. */
const engines = [
  'ajv',
  'commander',
  'cookie-parser',
  'csv-parse',
  'ejs',
  'express-openapi-validator',
  'http-proxy-middleware',
  'ioredis',
  'jose',
  'kafkajs',
  'knex',
  'lossless-json',
  'mysql2',
  'pino',
  'playwright-core',
  'prom-client',
  'undici',
]

const own = (file: SourceFile): readonly string[] => {
  const all = file.workspace.folder === 'scripts' || file.isTest
  return all ? [] : (mayImport[file.workspace.folder] ?? [])
}
const isExample = (file: SourceFile): boolean =>
  file.workspace.folder === 'monolith' || file.workspace.folder.startsWith('services/')

const packagesOf = (file: SourceFile): readonly string[] =>
  file.imports.map(({ specifier }) => packageOf(specifier)).filter((name) => name !== undefined)

export const dependencyDirection: Rule = {
  name: 'dependencies point one way',
  check: (_root, files) =>
    files
      .filter((file) => !file.isTest && file.workspace.folder !== 'scripts')
      .flatMap((file) =>
        packagesOf(file)
          .filter((name) => ours(name) && name !== file.workspace.name)
          .filter((name) => !own(file).includes(name))
          .map((name) => `${file.path} imports ${name}`),
      ),
}

/** Tests may reach the stack and the migrations by path; programs may not leave their workspace. */
export const staysInside: Rule = {
  name: 'relative imports stay in their workspace',
  check: (root, files) =>
    files
      .filter((file) => !file.isTest)
      .flatMap((file) =>
        file.imports
          .filter(({ specifier }) => specifier.startsWith('.'))
          .map(({ specifier }) => targetOf(root, file, specifier))
          .filter((target) => !target.startsWith(`${file.workspace.folder}/`))
          .map((target) => `${file.path} reaches out to ${target}`),
      ),
}

export const exampleKnowsNothing: Rule = {
  name: 'the monolith and the services import nothing of ours',
  check: (_root, files) =>
    files
      .filter((file) => isExample(file) && !file.isTest)
      .flatMap((file) =>
        packagesOf(file)
          .filter(ours)
          .map((name) => `${file.path} imports ${name}`),
      ),
}

export const declaredImports: Rule = {
  name: 'every import is declared in its workspace',
  check(root, files) {
    const forTests = Object.keys(readPackage(root).devDependencies ?? {})
    return files.flatMap((file) => {
      const { name, dependencies, devDependencies } = file.workspace
      const declared = new Set([name, ...dependencies])
      if (file.isTest) for (const one of [...devDependencies, ...forTests]) declared.add(one)
      return file.imports
        .filter(({ typeOnly, specifier }) => !(typeOnly && isTypesOf(specifier, forTests)))
        .map(({ specifier }) => packageOf(specifier))
        .filter((one) => one !== undefined)
        .filter((one) => !builtinModules.includes(one) && !declared.has(one))
        .filter((one) => !(file.isTest && ours(one)))
        .map(
          (one) => `${file.path} imports ${one}, which ${file.workspace.folder} does not declare`,
        )
    })
  },
}

/** A type-only import of a package whose types the root brings. */
const isTypesOf = (specifier: string, rootPackages: readonly string[]): boolean =>
  rootPackages.includes(`@types/${packageOf(specifier)}`)

export const oneFilePerEngine: Rule = {
  name: 'each engine is imported in one file per workspace',
  check(_root, files) {
    const users = new Map<string, string[]>()
    for (const file of files) {
      if (file.isTest) continue
      for (const { specifier, typeOnly } of file.imports) {
        const engine = packageOf(specifier)
        if (typeOnly || engine === undefined || !engines.includes(engine)) continue
        const key = `${file.workspace.folder}: ${engine}`
        const known = users.get(key) ?? []
        if (!known.includes(file.path)) users.set(key, [...known, file.path])
      }
    }
    return [...users]
      .filter(([, paths]) => paths.length > 1)
      .map(([key, paths]) => `${key} is imported in ${paths.join(', ')}`)
  },
}

export const namesSaySomething: Rule = {
  name: 'no file or folder is called utils, helpers, common or misc',
  check: (_root, files) =>
    files
      .map(({ path }) => path)
      .filter((path) => /(^|\/)(utils?|helpers?|common|misc)(\.|\/)/i.test(path)),
}

export const readmeInEachFolder: Rule = {
  name: 'every top folder and workspace has a README',
  check(root, files) {
    const tops = readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .filter((name) => name !== 'node_modules')
    const folders = new Set([...tops, ...files.map(({ workspace }) => workspace.folder)])
    return [...folders]
      .filter((folder) => !existsSync(join(root, folder, 'README.md')))
      .map((folder) => `${folder} has no README.md`)
  },
}

export const rules: readonly Rule[] = [
  dependencyDirection,
  staysInside,
  exampleKnowsNothing,
  declaredImports,
  oneFilePerEngine,
  namesSaySomething,
  readmeInEachFolder,
]

export const checkStructure = (
  root: string,
): readonly { readonly name: string; readonly offences: readonly string[] }[] => {
  const files = readSources(root)
  return rules.map((rule) => ({ name: rule.name, offences: rule.check(root, files) }))
}
