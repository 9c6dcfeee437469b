/**
 * The orders service's HTTP application.
 *
 * @module
 */
import { type ServiceParts, serviceApp } from '@bookshop/kit/app'
import { readDocument } from '@bookshop/kit/http/contract'
import type { Express } from 'express'
import { callbackRoutes } from './routes/callbacks.ts'
import { cartRoutes } from './routes/cart.ts'
import { internalRoutes } from './routes/internal.ts'
import { orderRoutes } from './routes/orders.ts'
import { paymentRoutes } from './routes/payments.ts'
import type { Shop } from './shop.ts'

export type AppParts = Shop &
  Pick<ServiceParts, 'readIdentity' | 'isStopping' | 'validateResponses'> & {
    readonly providerSecret: string
  }

export const createApp = (parts: AppParts): Express =>
  serviceApp({
    ...parts,
    name: 'orders',
    requestBudgetMs: parts.patience.requestBudget,
    document: readDocument(new URL('../openapi.yaml', import.meta.url)),
    readyQuery: 'SELECT 1 FROM checkout_saga LIMIT 1',
    routes: [
      cartRoutes(parts),
      orderRoutes(parts),
      paymentRoutes(parts),
      callbackRoutes(parts, parts.providerSecret),
      internalRoutes(parts),
    ],
  })
