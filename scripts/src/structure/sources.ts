/**
 * The repository's source files, by workspace, and what each imports.
 *
 * @module
 */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'

export interface Import {
  /** As written. */
  readonly specifier: string
  /** `import type …`: gone before the program runs. */
  readonly typeOnly: boolean
}

export interface SourceFile {
  /** Relative to the root, with `/`. */
  readonly path: string
  readonly workspace: Workspace
  readonly isTest: boolean
  readonly imports: readonly Import[]
}

export interface Workspace {
  readonly name: string
  /** Relative to the root. */
  readonly folder: string
  readonly dependencies: readonly string[]
  readonly devDependencies: readonly string[]
}

interface PackageJson {
  readonly name: string
  readonly workspaces?: readonly string[]
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
}

export const readPackage = (folder: string): PackageJson =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson

export function readWorkspaces(root: string): readonly Workspace[] {
  const folders = globSync([...(readPackage(root).workspaces ?? [])], { cwd: root })
  return folders
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .sort()
    .map((folder) => {
      const content = readPackage(join(root, folder))
      return {
        name: content.name,
        folder: folder.split(sep).join('/'),
        dependencies: Object.keys(content.dependencies ?? {}),
        devDependencies: Object.keys(content.devDependencies ?? {}),
      }
    })
}

const statement =
  /^[ \t]*(?:import|export)\s+(type\s+)?(?:[\w*${}\s,]+?\s+from\s+)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/gm

/** Static, re-exporting and dynamic imports of a TypeScript text. */
export const importsOf = (text: string): readonly Import[] =>
  [...text.matchAll(statement)].map((match) => ({
    specifier: match[2] ?? match[3] ?? '',
    typeOnly: match[1] !== undefined,
  }))

export function readSources(root: string): readonly SourceFile[] {
  return readWorkspaces(root).flatMap((workspace) =>
    globSync('**/*.{ts,mts,mjs}', {
      cwd: join(root, workspace.folder),
      exclude: (name) => name === 'node_modules' || name === 'target',
    })
      .filter((path) => !path.endsWith('.d.mts') && !path.split(sep).includes('node_modules'))
      .map((path) => {
        const inside = path.split(sep).join('/')
        return {
          path: `${workspace.folder}/${inside}`,
          workspace,
          isTest: /(^|\/)test\//.test(inside) || /\.(test|it)\.ts$/.test(inside),
          imports: importsOf(readFileSync(join(root, workspace.folder, path), 'utf8')),
        }
      }),
  )
}

/** `@scope/name/file` and `name/file` → the package's name; undefined for relative and `node:`. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:') || specifier.startsWith('/')) {
    return undefined
  }
  const [first, second] = specifier.split('/')
  return first?.startsWith('@') ? `${first}/${second}` : first
}

/** The folder under the root that a relative import ends in, relative to the root. */
export const targetOf = (root: string, file: SourceFile, specifier: string): string =>
  relative(root, resolve(root, dirname(file.path), specifier))
    .split(sep)
    .join('/')
