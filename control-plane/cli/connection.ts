/**
 * Where the control plane is and what opens it: MATAPALO_URL and MATAPALO_OPERATOR_TOKEN, else the
 * stack.json of a native stack, looked for upwards from the working directory: the instance of
 * `--instance` or MATAPALO_INSTANCE; else `main`; else the only one that is up. Several are no reason
 * to pick one.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { sideKeyLeast } from '@matapalo/core'
import { z } from 'zod'
import { Exit, exitCodes } from './exit.ts'

export interface Connection {
  readonly url: string
  readonly token: string
  /** Where they were found. */
  readonly from: string
  readonly tokenFrom: string
  /** What to do when nothing answers there. */
  readonly remedy: string
  /** What `${NAME}` in matapalo.yaml may mean: the environment over the stack's own URLs. */
  readonly variables: Readonly<Record<string, string>>
}

type Environment = Readonly<Record<string, string | undefined>>

const stackSchema = z.object({
  instance: z.string().optional(),
  supervisor: z.int().positive().optional(),
  urls: z.record(z.string(), z.string()),
  ports: z.record(z.string(), z.record(z.string(), z.number())).default({}),
  credentials: z.object({ operatorToken: z.string(), testerKey: z.string().optional() }),
})
type StackFile = z.infer<typeof stackSchema> & { readonly file: string }

function readStack(file: string): StackFile {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    json = undefined
  }
  const parsed = stackSchema.safeParse(json)
  if (!parsed.success)
    throw new Exit(
      exitCodes.usage,
      `${file} is not a stack file; start the stack again (npm run stack -- up), or set MATAPALO_URL and MATAPALO_OPERATOR_TOKEN`,
    )
  return { ...parsed.data, file }
}

/** `.matapalo` folders from the working directory upwards. */
function folders(cwd: string): readonly string[] {
  const parent = dirname(cwd)
  const here = join(cwd, '.matapalo')
  return [...(existsSync(here) ? [here] : []), ...(parent === cwd ? [] : folders(parent))]
}

const fileIn = (folder: string, instance: string): string => join(folder, instance, 'stack.json')

const isUp = ({ supervisor }: StackFile): boolean => {
  if (supervisor === undefined) return true
  try {
    return process.kill(supervisor, 0)
  } catch (error) {
    return (error as { code?: unknown }).code === 'EPERM'
  }
}

function findStack(cwd: string, instance: string | undefined): StackFile | null {
  const found = folders(cwd)
  if (instance !== undefined) {
    const file = found.map((folder) => fileIn(folder, instance)).find((one) => existsSync(one))
    if (file !== undefined) return readStack(file)
    throw new Exit(
      exitCodes.usage,
      `there is no stack named ${instance}; run: npm run stack -- up --instance ${instance}`,
    )
  }
  for (const folder of found) {
    const files = ['.', ...readdirSync(folder).sort()]
      .map((name) => fileIn(folder, name))
      .filter((file) => existsSync(file))
    const main = files.find((file) => ['.', 'main'].some((name) => file === fileIn(folder, name)))
    if (main !== undefined) return readStack(main)
    const up = files.map(readStack).filter(isUp)
    if (up.length > 1)
      throw new Exit(
        exitCodes.usage,
        `several stacks are up, and none is named main: ${up.map((one) => one.instance ?? one.file).join(', ')}; choose one with --instance NAME or MATAPALO_INSTANCE`,
      )
    if (up[0] !== undefined) return up[0]
  }
  return null
}

const variableName = (name: string): string => name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')

/** `MONOLITH_URL`, `CATALOG_URL`, `MONOLITH_DB_HOST`, `SERVICES_DB_PORT`, … */
function stackVariables(stack: StackFile): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const [name, url] of Object.entries(stack.urls))
    if (url.startsWith('http')) variables[`${variableName(name)}_URL`] = url
  for (const [name, { main }] of Object.entries(stack.ports)) {
    if (!name.endsWith('-db') || main === undefined) continue
    variables[`${variableName(name)}_HOST`] = '127.0.0.1'
    variables[`${variableName(name)}_PORT`] = String(main)
  }
  return variables
}

function checkedUrl(url: string): string {
  if (/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : '')) return url
  throw new Exit(exitCodes.usage, `MATAPALO_URL ${url}: expected http://host:port`)
}

/** @param chosen the instance that the command line names */
export function findConnection(env: Environment, cwd: string, chosen?: string): Connection {
  const { MATAPALO_URL: url, MATAPALO_OPERATOR_TOKEN: token } = env
  const variables: Record<string, string> = {}
  for (const [name, value] of Object.entries(env))
    if (/^[A-Z][A-Z0-9_]*_(URL|HOST|PORT)$/.test(name) && value !== undefined)
      variables[name] = value
  if (url !== undefined && token !== undefined && chosen === undefined)
    return {
      url: checkedUrl(url),
      token,
      variables,
      from: 'MATAPALO_URL',
      tokenFrom: 'MATAPALO_OPERATOR_TOKEN',
      remedy: 'look whether it runs, or mend MATAPALO_URL',
    }
  const stack = findStack(cwd, chosen ?? env.MATAPALO_INSTANCE)
  const stackUrl = stack?.urls['control-plane']
  if (stack === null || stackUrl === undefined)
    throw new Exit(
      exitCodes.usage,
      'no control plane found: set MATAPALO_URL and MATAPALO_OPERATOR_TOKEN, or start a stack (npm run stack -- up)',
    )
  const named = stack.instance === undefined ? '' : ` --instance ${stack.instance}`
  // An instance that the command line names wins over the environment.
  const ownUrl = chosen === undefined ? url : undefined
  const ownToken = chosen === undefined ? token : undefined
  return {
    url: ownUrl === undefined ? stackUrl : checkedUrl(ownUrl),
    token: ownToken ?? stack.credentials.operatorToken,
    variables: { ...stackVariables(stack), ...variables },
    from: ownUrl === undefined ? stack.file : 'MATAPALO_URL',
    tokenFrom: ownToken === undefined ? stack.file : 'MATAPALO_OPERATOR_TOKEN',
    remedy:
      ownUrl === undefined
        ? `run: npm run stack -- status${named}`
        : 'look whether it runs, or mend MATAPALO_URL',
  }
}

/**
 * The key that the edges verify testers' headers by: MATAPALO_TESTER_KEY, else the stack's.
 *
 * @param chosen the instance that the command line names, which wins over the environment
 */
export function findTesterKey(env: Environment, cwd: string, chosen?: string): string {
  const own = chosen === undefined ? env.MATAPALO_TESTER_KEY : undefined
  if (own !== undefined && Buffer.byteLength(own) < sideKeyLeast)
    throw new Exit(
      exitCodes.usage,
      `MATAPALO_TESTER_KEY: expected at least ${sideKeyLeast} octets, the same as the edges' EDGE_TESTER_KEY`,
    )
  const stack = own === undefined ? findStack(cwd, chosen ?? env.MATAPALO_INSTANCE) : null
  const key = own ?? stack?.credentials.testerKey
  if (key !== undefined) return key
  const remedy =
    stack === null
      ? "set MATAPALO_TESTER_KEY to the edges' EDGE_TESTER_KEY, or start a stack (npm run stack -- up)"
      : `${stack.file} has none; start the stack again (npm run stack -- up)`
  throw new Exit(exitCodes.usage, `no key for testers' headers: ${remedy}`)
}
