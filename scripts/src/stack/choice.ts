/**
 * Which components an instance has, and where they listen.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Component, ComponentName } from './component.ts'
import { components } from './components/index.ts'
import { root } from './instance.ts'

/** The chosen components and all that they need, in order. */
export function choose(only: readonly ComponentName[] | undefined): readonly Component[] {
  const built = components.filter(
    ({ entry }) => entry === undefined || existsSync(join(root, entry)),
  )
  if (only === undefined) return built
  const wanted = new Set<ComponentName>()
  const want = (name: ComponentName): void => {
    const component = built.find((one) => one.name === name)
    if (component === undefined) throw new TypeError(`stack: there is no component ${name} yet`)
    for (const need of component.needs) want(need)
    wanted.add(name)
  }
  for (const name of only) want(name)
  return built.filter(({ name }) => wanted.has(name))
}

/** Ports of every component, by its name and the port's. */
export const portsFrom = (base: number) =>
  Object.fromEntries(
    components.map(({ name, ports }) => [
      name,
      Object.fromEntries(Object.entries(ports).map(([key, { offset }]) => [key, base + offset])),
    ]),
    // Every component is in the list.
  ) as Record<ComponentName, Record<string, number>>
