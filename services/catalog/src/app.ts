/**
 * The catalog's HTTP application.
 *
 * @module
 */
import { type ServiceParts, serviceApp } from '@bookshop/kit/app'
import { readDocument } from '@bookshop/kit/http/contract'
import type { Express } from 'express'
import { bookRoutes } from './routes/books.ts'
import { categoryRoutes } from './routes/categories.ts'
import { coverRoutes } from './routes/covers.ts'
import { reservationRoutes } from './routes/reservations.ts'
import { searchRoutes } from './routes/search.ts'
import { staffBookRoutes } from './routes/staffBooks.ts'
import type { Shop } from './shop.ts'

export type AppParts = Shop &
  Pick<ServiceParts, 'readIdentity' | 'metrics' | 'log' | 'isStopping' | 'validateResponses'>

export const createApp = (parts: AppParts): Express =>
  serviceApp({
    ...parts,
    name: 'catalog',
    document: readDocument(new URL('../openapi.yaml', import.meta.url)),
    readyQuery: 'SELECT 1 FROM product LIMIT 1',
    routes: [
      bookRoutes(parts),
      staffBookRoutes(parts),
      categoryRoutes(parts),
      reservationRoutes(parts),
      coverRoutes(parts),
      searchRoutes(parts),
    ],
  })
