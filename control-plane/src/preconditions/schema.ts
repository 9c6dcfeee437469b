/** The owned tables are what they were when the manifest was checked against them. */
import { loadShapes } from '@matapalo/cdc/shapes'
import type { Problem } from '@matapalo/core'
import { storedProblems } from '../ledger/catalogue.ts'
import { readObservation } from '../ledger/watch.ts'
import { schemaOf, tablesOf } from '../live/stores.ts'
import { problemLine } from '../preflight.ts'
import { schemaDrift } from '../watch/drift.ts'
import { NotKnown, type Precondition } from './precondition.ts'

const unreadable = (problem: Problem): string =>
  `this version of the toolkit no longer accepts its manifest as it was registered (${problemLine(problem)}); it goes on as it was read then; mend the file`

export const schema: Precondition = {
  gate: 'schema',
  ofTables: true,
  async check({ control, domain, manifest }) {
    const prepare = `run: matapalo prepare ${domain.name}`
    const [refused] = await storedProblems(control.ledger, domain.name)
    if (refused !== undefined)
      return `${unreadable(refused)}, then run: matapalo register ${refused.file}`
    for (const side of ['monolith', 'service'] as const) {
      const known = await readObservation(control.ledger, domain.name, side)
      if (known === null)
        throw new NotKnown(`its tables were never looked at on the ${side} side; ${prepare}`)
      const tables = tablesOf(manifest, side)
      const now = await loadShapes(control.stores[side], schemaOf(manifest, side), tables)
      const [first, ...more] = schemaDrift(known.shapes, now)
      if (first !== undefined)
        return `its tables on the ${side} side have changed since ${known.since}: ${first}${more.length > 0 ? ` (and ${more.length} more)` : ''}; mend the manifest if need be, then ${prepare}`
    }
    return null
  },
}
