/**
 * Where the control plane is and what opens it: MATAPALO_URL and MATAPALO_OPERATOR_TOKEN, else the
 * stack.json of a native stack (`.matapalo/stack.json`, or `.matapalo/<instance>/stack.json` with the
 * instance of MATAPALO_INSTANCE, `main` by default), looked for upwards from the working directory.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { Exit, exitCodes } from './exit.ts'

export interface Connection {
  readonly url: string
  readonly token: string
  /** What `${NAME}` in matapalo.yaml may mean: the environment over the stack's own URLs. */
  readonly variables: Readonly<Record<string, string>>
}

type Environment = Readonly<Record<string, string | undefined>>

const stackSchema = z.object({
  urls: z.record(z.string(), z.string()),
  ports: z.record(z.string(), z.record(z.string(), z.number())).default({}),
  credentials: z.object({ operatorToken: z.string() }),
})
type StackFile = z.infer<typeof stackSchema>

function candidates(env: Environment, cwd: string): readonly string[] {
  const found: string[] = []
  for (let at = cwd; ; at = dirname(at)) {
    const folder = join(at, '.matapalo')
    if (existsSync(folder)) {
      const instances =
        env.MATAPALO_INSTANCE !== undefined
          ? [env.MATAPALO_INSTANCE]
          : ['.', 'main', 'demo', ...readdirSync(folder).sort()]
      found.push(...instances.map((instance) => join(folder, instance, 'stack.json')))
    }
    if (dirname(at) === at) return found
  }
}

function readStack(env: Environment, cwd: string): StackFile | null {
  const file = candidates(env, cwd).find((one) => existsSync(one))
  if (file === undefined) return null
  const parsed = stackSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (!parsed.success) throw new Exit(exitCodes.refused, `${file} is not a stack file`)
  return parsed.data
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

export function findConnection(env: Environment, cwd: string): Connection {
  const explicit = env.MATAPALO_URL !== undefined && env.MATAPALO_OPERATOR_TOKEN !== undefined
  const stack = explicit ? null : readStack(env, cwd)
  const url = env.MATAPALO_URL ?? stack?.urls['control-plane']
  const token = env.MATAPALO_OPERATOR_TOKEN ?? stack?.credentials.operatorToken
  if (url === undefined || token === undefined)
    throw new Exit(
      exitCodes.usage,
      'no control plane found: set MATAPALO_URL and MATAPALO_OPERATOR_TOKEN, or start a stack (npm run stack -- up)',
    )
  const variables = stack === null ? {} : stackVariables(stack)
  for (const [name, value] of Object.entries(env))
    if (/^[A-Z][A-Z0-9_]*_(URL|HOST|PORT)$/.test(name) && value !== undefined)
      variables[name] = value
  return { url, token, variables }
}
