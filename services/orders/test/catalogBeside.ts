/**
 * The real catalog service beside this one, in this process, and the way this service asks it.
 *
 * @module
 */
import { serviceClient } from '@bookshop/kit/client'
import { type Database, openDatabase } from '@bookshop/kit/database'
import type { Stack } from '../../../scripts/src/stack/index.ts'
import { type Running as RunningCatalog, runApp } from '../../catalog/test/running.ts'
import { type Catalog, catalogOver } from '../src/catalog/client.ts'

export interface CatalogBeside {
  readonly database: Database
  readonly service: RunningCatalog
  readonly catalog: Catalog
  newBook(stock: number, price?: string): Promise<number>
  stockOf(bookId: number): Promise<number>
  soldOf(bookId: number): Promise<number>
  stateOf(reference: string): Promise<string | undefined>
  stop(): Promise<void>
}

let made = 0

export async function catalogBeside(stack: Stack): Promise<CatalogBeside> {
  const database = openDatabase(new URL(stack.urls['services-db.catalog'] ?? ''), 8)
  const service = await runApp(database)
  const client = serviceClient({ service: 'catalog', url: service.url, openMs: 50 })
  const catalog = catalogOver(
    {
      call: async (call) => {
        const identity = await service.identity('system')
        return client.call({ ...call, headers: { 'x-matapalo-identity': identity } })
      },
    },
    2000,
  )
  const inventory = (bookId: number) => database('inventory').where('product_id', bookId).first()
  return {
    database,
    service,
    catalog,
    async newBook(stock, price = '10.00') {
      made += 1
      const body = { title: `Book ${made}`, author: 'A', price, stock }
      return Number((await service.ask('staff', 'POST', '/api/books', body)).json.id)
    },
    stockOf: async (bookId) => Number((await inventory(bookId)).quantity),
    soldOf: async (bookId) => Number((await inventory(bookId)).sold),
    stateOf: async (reference) =>
      (await database('reservation').where('order_ref', reference).first('state'))?.state,
    async stop() {
      await service.stop()
      await database.destroy()
    },
  }
}
