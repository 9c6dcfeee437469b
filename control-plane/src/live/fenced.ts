/** The triggers that a domain's manifest asks for on one side. */
import type { FencedTables } from '@matapalo/cdc/fence'
import { applierAccount, conductorAccount } from '@matapalo/cdc/names'
import type { Manifest, Side } from '@matapalo/core'
import { schemaOf, tablesOf } from './stores.ts'

export const fencedTables = (manifest: Manifest, side: Side): FencedTables => ({
  domain: manifest.domain,
  schema: schemaOf(manifest, side),
  tables: tablesOf(manifest, side),
  passing: [applierAccount, conductorAccount],
})
