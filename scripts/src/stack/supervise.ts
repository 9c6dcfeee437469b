/**
 * The background process of `npm run stack -- up`: starts the stack and stays until SIGTERM.
 *
 * @module
 */
import { componentNames, startStack } from './index.ts'

const [instance = 'main', list] = process.argv.slice(2)
const wanted = list?.split(',')
const unknown = wanted?.filter((name) => !componentNames.some((known) => known === name)) ?? []

const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

try {
  if (unknown.length > 0) throw new Error(`no component ${unknown.join(', ')}`)
  const only = wanted && componentNames.filter((name) => wanted.includes(name))
  const starting = startStack({ instance, keep: true, ...(only === undefined ? {} : { only }) })
  const end = (): void => {
    void starting.then((stack) => stack.stop()).finally(() => process.exit(0))
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, end)
  const stack = await starting
  say(`stack: ready in ${(stack.startedMs / 1000).toFixed(1)} s (instance ${instance})`)
  // The processes and the guarded port do not keep it alive by themselves.
  setInterval(() => undefined, 60_000)
} catch (error) {
  say(`stack: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
}
