/** Domains of the example. */
import type { ComponentName } from '../stack/component.ts'

/** In the order in which they can leave the shop. */
export const domainNames = ['catalog', 'users', 'orders', 'support', 'storefront'] as const
export type DomainName = (typeof domainNames)[number]

/** Services whose domains do not move; their processes are not started. */
export const idleComponents = (moving: readonly DomainName[]): readonly ComponentName[] =>
  domainNames.filter((name) => !moving.includes(name))
