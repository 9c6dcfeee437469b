/**
 * A manifest after parsing: every default filled in, every shorthand spelled out, plain data that
 * survives a trip through JSON (the ledger stores it).
 *
 * @module
 */
import type { ParityRules } from '../parity/rules.ts'
import type { RouteRule, Tolerance } from '../routeTable.ts'
import type { Side } from '../vocabulary.ts'

/** One thing wrong with a file, where it stands, and what to do about it. */
export interface Problem {
  readonly file: string
  /** 1-based. */
  readonly line: number
  /** 1-based. */
  readonly column: number
  /** Dotted path inside the document: `tables.books.to.product.price_cents`. */
  readonly path: string
  readonly message: string
  readonly remedy: string
}

/** `[line, column]` of each dotted path of the document, 1-based. */
export type Positions = Readonly<Record<string, readonly [number, number]>>

/** One column's rule, before it meets the shapes of its two columns. */
export type LensSpec =
  | { readonly kind: 'same' }
  | { readonly kind: 'enum'; readonly map: readonly (readonly [source: string, target: string])[] }
  | { readonly kind: 'boolean'; readonly true: string; readonly false: string }
  | { readonly kind: 'minorUnits'; readonly digits: number }
  | { readonly kind: 'instant'; readonly zone: string }
  | { readonly kind: 'json' }
  | { readonly kind: 'constant'; readonly value: string | null }

export interface ColumnMapping {
  readonly to: string
  /** null for a constant. */
  readonly from: string | null
  readonly lens: LensSpec
  /** The target's text for a NULL of the source, and back. */
  readonly whenNull?: string
  /** Why a value may change on its way there and back. */
  readonly lossy?: string
}

export interface TargetMapping {
  readonly table: string
  readonly columns: readonly ColumnMapping[]
}

/** A source column that stays behind. */
export interface LeftColumn {
  readonly column: string
  readonly why: string
  /** What the reverse applier inserts; undefined: the database's own default. */
  readonly reverseDefault?: string | null
}

export interface TableMapping {
  readonly source: string
  /** The first decides whether a row exists; the others hold more columns of the same key. */
  readonly targets: readonly TargetMapping[]
  readonly leave: readonly LeftColumn[]
}

export interface ForeignKeyDecision {
  readonly constraint: string
  readonly decision: 'drop' | 'forbid-deletes'
  readonly why: string
}

export interface Job {
  readonly why: string
  /** Its own database account; null: it writes under the application's. */
  readonly account: string | null
  /** Tables that its transactions write, of any domain or none; null: owned tables only. */
  readonly tables: readonly string[] | null
}

/** Work in flight, by a SELECT whose one number counts it. */
export interface Drain {
  readonly query: string
  /** Asked of this side, while it owns the domain; null: of whichever does. */
  readonly side: Side | null
  /** A transfer lets it finish for so long and goes on; null: it must be 0 for a transfer to begin. */
  readonly settleMs: number | null
}

/** A column of a table at the service. */
export interface EmitColumn {
  readonly table: string
  readonly column: string
}

/** A piece of an event's payload. */
export type EmitValue =
  | ({
      readonly kind: 'column'
      readonly as: 'text' | 'number' | 'boolean' | 'instant' | 'json'
      /** Of a whole number of smallest units, shown as a decimal text; null: none. */
      readonly digits: number | null
    } & EmitColumn)
  | { readonly kind: 'constant'; readonly value: string | number | boolean | null }
  | { readonly kind: 'object'; readonly fields: EmitFields }
  | {
      readonly kind: 'rows'
      readonly table: string
      /** Its column equals a column of the changed row. */
      readonly by: readonly (readonly [column: string, of: EmitColumn])[]
      readonly fields: EmitFields
    }
  | {
      /** The same without names: a list of values, or the first row's alone, null without any. */
      readonly kind: 'values'
      readonly table: string
      readonly by: readonly (readonly [column: string, of: EmitColumn])[]
      readonly one: boolean
      readonly each: EmitValue
    }

export type EmitFields = readonly (readonly [field: string, value: EmitValue])[]

/** One kind of event that a change of the monolith's table stands for, in the service's terms. */
export interface Emit {
  /** The service's outbox: id, aggregatetype, aggregateid, type, payload. */
  readonly into: string
  /** Its column for the time. */
  readonly stamp: string | null
  /** Table of the monolith. */
  readonly of: string
  readonly on: readonly ('insert' | 'update' | 'delete')[]
  /** True after the change, and not before. */
  readonly when: readonly ({ readonly equals: string | null } & EmitColumn)[]
  /** An update tells of these only; empty: of anything. */
  readonly changed: readonly EmitColumn[]
  /** Nothing is told of the first row, by primary key, among those with the same value here. */
  readonly notFirstOf?: EmitColumn
  readonly type: string
  readonly aggregate: { readonly type: string; readonly id: EmitColumn; readonly prefix: string }
  readonly payload: EmitFields
}

/** Milliseconds. */
export interface Budgets {
  readonly lagMs: number
  readonly holdMs: number
  readonly drainMs: number
  readonly fenceMs: number
  readonly catchUpMs: number
  readonly verifyMs: number
  readonly reverseWindowMs: number
}

export interface Manifest {
  readonly domain: string
  /** Key of the upstream that takes the domain over. */
  readonly service: string
  readonly schemas: { readonly source: string; readonly target: string }
  /** The applications' own database accounts; null: not named, so their grants are not checked. */
  readonly accounts: { readonly source: string | null; readonly target: string | null }
  readonly routes: readonly RouteRule[]
  /** Empty: pages only, which a transfer moves by their routes alone. */
  readonly tables: readonly TableMapping[]
  readonly foreignKeys: readonly ForeignKeyDecision[]
  /** Triggers of the application on owned tables, by name, declared harmless and why. */
  readonly triggers: Readonly<Record<string, string>>
  readonly ids: 'auto_increment' | 'application'
  readonly drains: readonly Drain[]
  /** Target tables, or `table.column`, that no source feeds: not fenced, captured or rolled back. */
  readonly serviceOnly: readonly string[]
  /** Told by the applier while the monolith owns a domain that the service has owned before. */
  readonly emits: readonly Emit[]
  /** How answers are compared; null: the manifest says nothing, and no transfer asks for it. */
  readonly parity: ParityRules | null
  readonly budgets: Budgets
  /** Milliseconds in which a handler may still write after its answer. */
  readonly settleMs: number
  /** Writers outside HTTP that are known, by name: after a transfer the fence refuses them. */
  readonly jobs: Readonly<Record<string, Job>>
  readonly file: string
  readonly positions: Positions
}

/** A domain of pages has no feed, no fence and nothing to verify. */
export const hasTables = ({ tables }: Pick<Manifest, 'tables'>): boolean => tables.length > 0

/** Where a server is and which schemas of it the project speaks of. Credentials are never here. */
export interface ProjectDatabase {
  readonly host: string
  readonly port: number
}

/** `matapalo.yaml`: what is true of the whole project, and the routes that belong to no domain yet. */
export interface Project {
  readonly name: string
  readonly databases: { readonly monolith: ProjectDatabase; readonly services: ProjectDatabase }
  /** Base URLs of each upstream's replicas; `monolith` is always one of the keys. */
  readonly upstreams: Readonly<Record<string, readonly string[]>>
  readonly session: { readonly cookie: string; readonly introspect: string }
  readonly routes: readonly RouteRule[]
  /** What a request that no route names may touch. `all`: every domain. */
  readonly unlisted: {
    readonly reads: readonly string[] | 'all'
    readonly writes: readonly string[] | 'all'
    readonly tolerates: readonly Tolerance[]
  }
  readonly file: string
  readonly positions: Positions
}
