/**
 * What every part of the control plane is handed.
 *
 * @module
 */
import type { Manifest, Project } from '@matapalo/core'
import type { Db, Log } from '@matapalo/runtime'
import type { EdgeHub } from './edges/hub.ts'
import { NotFound, NotLeading } from './errors.ts'
import type { Faults } from './faults.ts'
import { readManifests, readProject } from './ledger/catalogue.ts'
import { type Domain, readDomain } from './ledger/domains.ts'
import type { Lease } from './ledger/lease.ts'
import type { Feeds } from './live/feeds.ts'
import type { LagSource } from './live/lag.ts'
import type { Stores } from './live/stores.ts'
import { Observer } from './watch/observer.ts'

export interface ControlParts {
  readonly ledger: Db
  readonly lease: Lease
  readonly hub: EdgeHub
  readonly stores: Stores
  readonly feeds: Feeds
  readonly lag: LagSource
  readonly faults: Faults
  readonly log: Log
}

export class Control {
  readonly ledger: Db
  readonly lease: Lease
  readonly hub: EdgeHub
  readonly stores: Stores
  readonly feeds: Feeds
  readonly lag: LagSource
  readonly faults: Faults
  readonly log: Log
  readonly observer = new Observer(this)
  /** The project file of the configuration was looked for, and registered if none was. */
  bootstrapped = false
  #manifests: Promise<ReadonlyMap<string, Manifest>> | undefined
  #project: Promise<Project | null> | undefined

  constructor(parts: ControlParts) {
    this.ledger = parts.ledger
    this.lease = parts.lease
    this.hub = parts.hub
    this.stores = parts.stores
    this.feeds = parts.feeds
    this.lag = parts.lag
    this.faults = parts.faults
    this.log = parts.log
  }

  /** The lease, for whoever is about to write. */
  lead(): Lease {
    if (!this.lease.leads) throw new NotLeading()
    return this.lease
  }

  /** Read once; `forget` after a registration. */
  manifests(): Promise<ReadonlyMap<string, Manifest>> {
    this.#manifests ??= readManifests(this.ledger).catch((error: unknown) => {
      this.#manifests = undefined
      throw error
    })
    return this.#manifests
  }

  project(): Promise<Project | null> {
    this.#project ??= readProject(this.ledger).catch((error: unknown) => {
      this.#project = undefined
      throw error
    })
    return this.#project
  }

  forget(): void {
    this.#project = undefined
    this.#manifests = undefined
  }

  async domain(name: string): Promise<{ readonly domain: Domain; readonly manifest: Manifest }> {
    const [domain, manifests] = await Promise.all([readDomain(this.ledger, name), this.manifests()])
    const manifest = manifests.get(name)
    if (domain === null || manifest === undefined)
      throw new NotFound(`${name}: no such domain; run: matapalo register MANIFEST`)
    return { domain, manifest }
  }
}
