/**
 * An instance on disk: `.matapalo/<instance>/` with logs, data and stack.json.
 *
 * @module
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isAlive } from '../../lock.mjs'
import type { ComponentName } from './component.ts'
import type { Secrets } from './secrets.ts'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
export const shared = join(root, '.matapalo')

/** What stack.json says: everything needed to reach and open every component. */
export interface StackFile {
  readonly instance: string
  /** Process id of the supervisor. */
  readonly supervisor: number
  /** Removed when found without a living supervisor. */
  readonly temporary: boolean
  readonly components: readonly ComponentName[]
  readonly ports: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly urls: Readonly<Record<string, string>>
  readonly credentials: Secrets
  readonly portBase: number
}

export const folderOf = (instance: string): string => join(shared, instance)
const fileOf = (instance: string): string => join(folderOf(instance), 'stack.json')

export function readStackFile(instance: string): StackFile | undefined {
  try {
    return JSON.parse(readFileSync(fileOf(instance), 'utf8')) as StackFile
  } catch {
    return undefined
  }
}

export function writeStackFile(file: StackFile): void {
  const path = fileOf(file.instance)
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 })
  renameSync(draft, path)
}

export const isRunning = (file: StackFile | undefined): boolean =>
  file !== undefined && isAlive(file.supervisor)

const reserved = ['java', 'templates']

export function makeFolder(instance: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,40}$/.test(instance) || reserved.includes(instance)) {
    throw new TypeError(`instance ${instance}: expected lower-case letters, digits and dashes`)
  }
  const folder = folderOf(instance)
  mkdirSync(join(folder, 'logs'), { recursive: true })
  mkdirSync(join(folder, 'data'), { recursive: true })
  return folder
}

export const removeFolder = (instance: string): void =>
  rmSync(folderOf(instance), { recursive: true, force: true })

/** Copies an instance's logs to where its end leaves them. @returns the folder, relative to the repository */
export function keepLogs(instance: string, name: string): string {
  const kept = join(shared, name)
  rmSync(kept, { recursive: true, force: true })
  cpSync(join(folderOf(instance), 'logs'), kept, { recursive: true })
  return relative(root, kept)
}

/** Removes what temporary instances left behind when their supervisor was killed. */
export function removeLeftovers(): void {
  if (!existsSync(shared)) return
  for (const name of readdirSync(shared)) {
    const file = readStackFile(name)
    if (file?.temporary === true && !isRunning(file)) removeFolder(name)
  }
}
