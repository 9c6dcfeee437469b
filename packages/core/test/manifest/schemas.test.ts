import { readFileSync } from 'node:fs'
import { manifestJsonSchema, projectJsonSchema } from '@matapalo/core/manifest/jsonSchema'
import { expect } from 'chai'
import { parse } from 'yaml'
import { z } from 'zod'

const root = new URL('../../../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')

describe('the published JSON Schemas', () => {
  const all = [
    ['packages/core/manifest.schema.json', manifestJsonSchema(), 'services/catalog/manifest.yaml'],
    ['packages/core/project.schema.json', projectJsonSchema(), 'matapalo.yaml'],
  ] as const

  for (const [file, schema, example] of all) {
    it(`${file} is what the grammar says; else run packages/core/test/manifest/writeSchemas.ts`, () => {
      expect(JSON.parse(read(file))).to.deep.equal(JSON.parse(JSON.stringify(schema)))
    })

    it(`${file} accepts ${example} and refuses a key it does not know`, () => {
      const published = z.fromJSONSchema(JSON.parse(read(file)))
      const document = parse(read(example))
      expect(published.safeParse(document).error).to.equal(undefined)
      expect(published.safeParse({ ...document, colour: 'red' }).success).to.equal(false)
    })

    it(`${example} names ${file} for editors`, () => {
      const [, path = ''] = /^# yaml-language-server: \$schema=(\S+)/.exec(read(example)) ?? []
      expect(new URL(path, new URL(example, root)).href).to.equal(new URL(file, root).href)
    })
  }
})
