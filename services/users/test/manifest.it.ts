import { readFileSync } from 'node:fs'
import { loadAppTriggers, loadForeignKeys, loadShapes } from '@matapalo/cdc/shapes'
import { checkManifest, parseManifest } from '@matapalo/core'
import { type Db, openDb } from '@matapalo/runtime'
import { expect } from 'chai'
import { sharedStack } from '../../../scripts/src/stack/testing.ts'
import { freshSchema } from './support/rig.ts'

const factsOf = async (db: Db, schema: string) => ({
  shapes: await loadShapes(db, schema),
  foreignKeys: await loadForeignKeys(db, schema),
  triggers: await loadAppTriggers(db, schema),
})

describe('the users manifest', function () {
  this.timeout(90_000)

  it('fits the old shop’s tables and the service’s', async () => {
    const text = readFileSync(new URL('../manifest.yaml', import.meta.url), 'utf8')
    const parsed = parseManifest(text, 'manifest.yaml')
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
    const { urls } = await sharedStack('monolith-db')
    const schema = await freshSchema()
    const monolith = openDb({ url: new URL(urls['monolith-db.root'] ?? ''), poolSize: 1 })
    const services = openDb({ url: schema.url, poolSize: 1 })
    try {
      const source = await factsOf(monolith, 'bookshop')
      const target = await factsOf(services, schema.url.pathname.slice(1))
      expect(checkManifest(parsed.manifest, { source, target })).to.deep.equal([])
    } finally {
      await Promise.all([monolith.close(), services.close()])
      await schema.drop()
    }
  })
})
