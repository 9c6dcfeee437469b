/** Every route of the API, each behind the token that opens it. */
import type { Express, RequestHandler } from 'express'
import type { Backfills } from '../backfill.ts'
import type { Conductor } from '../conductor.ts'
import type { Control } from '../control.ts'
import { catalogueRoutes } from './catalogue.ts'
import { domainRoutes } from './domains.ts'
import { edgeRoutes } from './edges.ts'
import { endingRoutes } from './ending.ts'
import { healthRoutes } from './health.ts'
import { operationRoutes } from './operations.ts'
import { parityRoutes } from './parity.ts'
import { transferRoutes } from './transfers.ts'

export interface Tokens {
  readonly operator: RequestHandler
  readonly edge: RequestHandler
}

export interface Served {
  readonly control: Control
  readonly backfills: Backfills
  readonly conductor: Conductor
}

export function apiRoutes(app: Express, { operator, edge }: Tokens, served: Served): void {
  const { control, backfills, conductor } = served
  healthRoutes(app, control)
  edgeRoutes(app, edge, control.hub)
  catalogueRoutes(app, operator, control)
  domainRoutes(app, operator, control, backfills)
  transferRoutes(app, operator, control, conductor)
  operationRoutes(app, operator, control)
  endingRoutes(app, operator, control)
  parityRoutes(app, operator, edge, control)
}
