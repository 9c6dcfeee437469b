/**
 * One stack for a whole mocha run: suites that want the same components share it.
 *
 * A suite that kills processes or changes settings starts its own with `startStack`.
 *
 * @module
 */
import { type ComponentName, type Stack, type StackOptions, startStack } from './index.ts'

const started = new Map<string, Promise<Stack>>()

/** Instances of a test run carry its name, so that the run can remove them all. */
export const testInstance = (name: string): string =>
  `${process.env.MATAPALO_TEST_RUN ?? `test-${process.pid}`}-${name}`

/** The run's stack with these components; ended when the run ends. */
export function sharedStack(...only: readonly ComponentName[]): Promise<Stack> {
  const key = [...only].sort().join(',')
  const known = started.get(key)
  if (known !== undefined) return known
  const stack = startStack({ instance: testInstance(`shared-${started.size}`), only })
  started.set(key, stack)
  return stack
}

/** A stack of the calling suite's own, ended after it. Call inside `describe`. */
export function suiteStack(options: Omit<StackOptions, 'instance'> & { readonly name: string }): {
  readonly get: () => Promise<Stack>
} {
  let stack: Promise<Stack> | undefined
  after(async function () {
    this.timeout(30_000)
    await (await stack?.catch(() => undefined))?.stop()
  })
  const { name, ...rest } = options
  return {
    get: () => {
      stack ??= startStack({ ...rest, instance: testInstance(name) })
      return stack
    },
  }
}

/** Ends every shared stack; the root hook of scripts/src/test/hooks.ts calls it. */
export async function stopSharedStacks(): Promise<void> {
  const all = await Promise.allSettled(started.values())
  started.clear()
  await Promise.all(all.map((one) => (one.status === 'fulfilled' ? one.value.stop() : undefined)))
}
