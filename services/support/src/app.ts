/**
 * The HTTP application: the kit's frame around this service's routes.
 *
 * @module
 */
import { type ServiceParts, serviceApp } from '@bookshop/kit/app'
import { readDocument } from '@bookshop/kit/http/contract'
import type { Express } from 'express'
import { botRoutes } from './routes/bot.ts'
import { deskRoutes } from './routes/desk.ts'
import { ticketRoutes } from './routes/tickets.ts'
import { voiceRoutes } from './routes/voices.ts'
import type { Support } from './support.ts'

export type AppParts = Support &
  Pick<ServiceParts, 'readIdentity' | 'isStopping' | 'validateResponses'>

/**
 * 12000 (twelve seconds): a neighbour that moves may keep a call waiting for ten at the edge. What can be
 * done without is waited for no longer than `missing.ts` says.
 */
const requestBudgetMs = 12_000

export const createApp = (parts: AppParts): Express =>
  serviceApp({
    ...parts,
    name: 'support',
    requestBudgetMs,
    document: readDocument(new URL('../openapi.yaml', import.meta.url)),
    readyQuery: 'SELECT 1 FROM ticket LIMIT 1',
    routes: [ticketRoutes(parts), voiceRoutes(parts), botRoutes(parts), deskRoutes(parts)],
  })
