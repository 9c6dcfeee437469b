/**
 * Writes the published schemas anew: `node packages/core/test/manifest/writeSchemas.ts`.
 *
 * @module
 */
import { writeFileSync } from 'node:fs'
import { manifestJsonSchema, projectJsonSchema } from '@matapalo/core/manifest/jsonSchema'

const write = (file: string, schema: unknown) =>
  writeFileSync(new URL(`../../${file}`, import.meta.url), `${JSON.stringify(schema, null, 2)}\n`)

write('manifest.schema.json', manifestJsonSchema())
write('project.schema.json', projectJsonSchema())
