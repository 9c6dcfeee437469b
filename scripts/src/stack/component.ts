/**
 * What one component of the stack is. Each has one definition, in one file of `components/`; the
 * native stack and docker-compose.yml are two readings of it.
 *
 * @module
 */
import type { Secrets } from './secrets.ts'

export const componentNames = [
  'monolith-db',
  'services-db',
  'kafka',
  'connect',
  'redis',
  'monolith',
  'catalog',
  'users',
  'orders',
  'support',
  'storefront',
  'cdc',
  'control-plane',
  'edge-1',
  'edge-2',
] as const
export type ComponentName = (typeof componentNames)[number]

export interface Address {
  readonly host: string
  readonly port: number
}

/** Where the others are and what opens them: real ones natively, names and `${VARIABLES}` in compose. */
export interface Places {
  /** @param port name of one of the component's ports; `main` when absent */
  at(component: ComponentName, port?: string): Address
  /** As seen by the component itself; natively the same as `at`. */
  listen(component: ComponentName, port?: string): Address
  readonly secrets: Secrets
}

/** What a native process gets to work with. */
export interface Site {
  readonly places: Places
  /** This component's own folder, empty at first. */
  readonly folder: string
  /** Root of the repository. */
  readonly root: string
  /** `.matapalo`: templates and jars shared by all instances. */
  readonly shared: string
  /** Its folder is removed when it stops, so it need not outlive the machine. */
  readonly temporary: boolean
}

export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Written to its standard input: configuration that must not be seen in a process list. */
  readonly input?: string
  /** Run as this account when we are root. */
  readonly user?: string
}

export interface Port {
  /** Place in the instance's block of ports. */
  readonly offset: number
  /** The port inside the container. */
  readonly container: number
}

/** How docker-compose.yml describes it. */
export interface Container {
  readonly image?: string
  /** Dockerfile, relative to the root; `target` is a stage of it. */
  readonly build?: { readonly dockerfile: string; readonly target?: string }
  readonly command?: readonly string[]
  /** Variables only the image needs; the component's own come from `environment`. */
  readonly environment?: Readonly<Record<string, string>>
  readonly volume?: string
  /** `test` of the health check. */
  readonly health: readonly string[]
}

export interface Component {
  readonly name: ComponentName
  readonly ports: Readonly<Record<string, Port>>
  /** Started after these are ready. */
  readonly needs: readonly ComponentName[]
  /** Proportional set size at which the supervisor restarts it; engines are told to stay below. */
  readonly memoryMiB: number
  /** The source file that must exist, for processes of this repository. */
  readonly entry?: string
  /** The process's own configuration, the same natively and in a container. */
  environment(places: Places): Readonly<Record<string, string>>
  /** Makes the folder usable; called before the first start only. */
  prepare?(site: Site): Promise<void>
  /** Puts right what a death left behind; called before every start, also the first. */
  recover?(site: Site, signal: AbortSignal): Promise<void>
  launch(site: Site): Launch
  ready(site: Site): Promise<boolean>
  container(places: Places): Container
}
