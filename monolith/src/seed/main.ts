/**
 * Seeds the shop: node monolith/src/seed/main.ts --books N --users N --orders N [--catalogue FILE]
 *
 * DATABASE_URL names an account that may write every table. Exit codes: 0 done, 1 refused and
 * nothing changed, 64 usage.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { openLoader } from './load.ts'
import { seedOptions, UsageError } from './options.ts'
import { NotEmptyError, seed } from './seed.ts'

try {
  const options = seedOptions(process.argv.slice(2))
  const url = process.env.DATABASE_URL
  if (!url) throw new UsageError('DATABASE_URL is not set')
  const text = options.catalogue === null ? null : readFileSync(options.catalogue, 'utf8')
  const started = Date.now()
  const loader = await openLoader(url)
  try {
    const { rows, refused } = await seed(loader, options, text)
    for (const { line, reason } of refused) {
      process.stderr.write(`${options.catalogue}:${line}: refused: ${reason}\n`)
    }
    const seconds = (Date.now() - started) / 1000
    process.stdout.write(`${JSON.stringify({ seconds, refused: refused.length, rows })}\n`)
  } finally {
    await loader.close()
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = error instanceof UsageError ? 64 : error instanceof NotEmptyError ? 1 : 2
}
