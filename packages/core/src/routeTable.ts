/**
 * The frozen snapshot that edges decide by. The control plane compiles it from `matapalo.yaml`, the
 * manifests and the ledger; it travels to edges as JSON, so it holds data only.
 *
 * @module
 */
import type { ParityRules } from './parity/rules.ts'
import type { Phase, Side } from './vocabulary.ts'

export interface DomainState {
  readonly domain: string
  readonly phase: Phase
  readonly owner: Side
  /** Grows with every transfer attempt and every undo. */
  readonly term: number
  /** While true, requests that may write the domain wait in the edge. */
  readonly hold: boolean
  /** Upstream that takes over: a key of {@link RouteTable.upstreams}. */
  readonly service: string
  /** While its reads are copied to the other side and compared. */
  readonly shadow?: Shadowing
  /** In canary: the share of subjects whose reads the other side serves, 0 to 1. */
  readonly canary?: number
}

export interface Shadowing {
  /** Comparison that the answers count for; a new one begins whenever something was changed. */
  readonly round: number
  /** Share of reads that are copied, 0 to 1. */
  readonly rate: number
  readonly rules: ParityRules
}

export interface RoutePredicate {
  readonly name: string
  /** Exact value; absent means "present with any value". */
  readonly equals?: string
}

/**
 * Spellings of a path that have several readings. An edge lets them pass only for a route that
 * tolerates them, and only when every reading leads to that route.
 */
export const tolerances = ['parameters', 'encodedSlashes', 'emptySegments'] as const
export type Tolerance = (typeof tolerances)[number]

export interface RouteRule {
  /** Stable id for metrics and audit: `catalog GET /api/books/:id`. */
  readonly id: string
  /** null for a route that belongs to no domain (yet): it is the monolith's. */
  readonly domain: string | null
  readonly methods: readonly string[]
  /** Whole path segments; `:name` matches one segment, a last `*` matches any rest. */
  readonly path: string
  readonly host?: string
  readonly query?: readonly RoutePredicate[]
  readonly headers?: readonly RoutePredicate[]
  /** Whether a request changes anything at all, its own domain's tables or others'. */
  readonly access?: 'read' | 'write'
  /**
   * The manifest names the methods or the access. Absent: what a request does was concluded from its
   * method alone, and a legacy application may write on GET.
   */
  readonly declared?: boolean
  /** Domains whose tables a request of this route may write (a domain route: itself unless `access: read`). */
  readonly writes: readonly string[]
  /** Domains whose tables the answering side reads. */
  readonly reads: readonly string[]
  /** Roles, any of which the caller must have; absent: no check at the edge. */
  readonly roles?: readonly string[]
  /** Scopes, all of which a bearer token must have; a session is not asked. */
  readonly scopes?: readonly string[]
  /** True: a signed identity is required. */
  readonly login?: boolean
  /** Always the service's, whoever owns the domain; absent: the owner's. */
  readonly side?: 'service'
  /** Path spellings that pass although they can be read in several ways; absent: none. */
  readonly tolerates?: readonly Tolerance[]
  /** Most octets of a request's content; absent: the edge's own limit. */
  readonly maxBody?: number
  /** Domains of whose wider routes this is a deliberate exception. */
  readonly overrides?: readonly string[]
  /** Dotted path of the route in the file that wrote it: `routes.3`. */
  readonly at?: string
}

export interface RouteTable {
  /** Version of the whole table; only grows. */
  readonly epoch: number
  readonly domains: readonly DomainState[]
  /** In order of precedence: the first that matches wins. */
  readonly routes: readonly RouteRule[]
  /** Base URLs of each upstream's replicas. `monolith` is one of the keys until it is retired. */
  readonly upstreams: Readonly<Record<string, readonly string[]>>
  /** Domain whose tables say who a session is; null: none, the monolith's own do; absent: nobody knows. */
  readonly sessions?: string | null
  /** The monolith is gone: what no route matches is answered 404 by the edge itself. */
  readonly retired?: boolean
}
