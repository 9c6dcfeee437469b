/** `--books N --users N --orders N [--catalogue FILE]`, checked. */
import { parseArgs } from 'node:util'

export interface SeedOptions {
  readonly books: number
  readonly users: number
  readonly orders: number
  readonly catalogue: string | null
}

export class UsageError extends Error {}

export function seedOptions(argv: readonly string[]): SeedOptions {
  let values: Readonly<Record<string, string | undefined>>
  try {
    values = parseArgs({
      args: [...argv],
      options: {
        books: { type: 'string' },
        users: { type: 'string' },
        orders: { type: 'string' },
        catalogue: { type: 'string' },
      },
    }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
  const count = (name: string, fallback: number): number => {
    const given = values[name] ?? String(fallback)
    if (!/^\d{1,8}$/.test(given)) throw new UsageError(`--${name}: a whole number, not "${given}"`)
    return Number(given)
  }
  const catalogue = values.catalogue ?? null
  const books = count('books', catalogue === null ? 2_000 : 0)
  const users = count('users', 200)
  const orders = count('orders', 500)
  if (users < 2) throw new UsageError('--users: at least 2, one of them staff')
  if (orders > 0 && books === 0 && catalogue === null) throw new UsageError('--orders need books')
  return { books, users, orders, catalogue }
}
