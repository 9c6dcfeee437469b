import { openDb } from '@matapalo/runtime'
import { expect } from 'chai'
import { sharedStack } from '../../scripts/src/stack/testing.ts'
import { type MigrationTarget, migrate, unmigrate } from '../src/run.ts'

const targets: readonly MigrationTarget[] = [
  'monolith',
  'catalog',
  'users',
  'orders',
  'support',
  'control',
]

describe('migrate', function () {
  this.timeout(180_000)

  for (const target of targets) {
    it(`brings ${target} up, again to no effect, down to nothing, and up once more`, async () => {
      const stack = await sharedStack('monolith-db', 'services-db')
      const url = new URL(stack.urls['services-db.root'] ?? '')
      const db = openDb({ url, poolSize: 1 })
      const schema = `migrations_of_${target}`
      const tables = async (): Promise<readonly unknown[]> => {
        const rows = await db.query(
          `SELECT table_name AS name FROM information_schema.tables
            WHERE table_schema = ? AND table_name NOT LIKE 'schema_migration%' ORDER BY 1`,
          [schema],
        )
        return rows.map(({ name }) => name)
      }
      await db.execute(`DROP DATABASE IF EXISTS ${schema}`)
      await db.execute(`CREATE DATABASE ${schema}`)
      const own = new URL(url)
      own.pathname = `/${schema}`
      try {
        const applied = await migrate(target, own.href)
        const first = await tables()
        expect(applied).not.to.deep.equal([])
        expect(first).not.to.deep.equal([])
        expect(await migrate(target, own.href)).to.deep.equal([])
        expect(await unmigrate(target, own.href)).to.have.length(applied.length)
        expect(await tables()).to.deep.equal([])
        await migrate(target, own.href)
        expect(await tables()).to.deep.equal(first)
      } finally {
        await db.execute(`DROP DATABASE ${schema}`)
        await db.close()
      }
    })
  }
})
