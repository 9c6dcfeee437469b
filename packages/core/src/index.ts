export * from './errors.ts'
export * from './routeTable.ts'
export * from './rows.ts'
export * from './vocabulary.ts'
