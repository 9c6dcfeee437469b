/**
 * The grammar as JSON Schema, for editors that complete and check while one types.
 *
 * @module
 */
import { z } from 'zod'
import { manifestSchema, portPattern, projectSchema } from './schema.ts'

/** What a file says of itself on its first line: `# yaml-language-server: $schema=<path>`. */
const publish = (schema: z.ZodType, title: string): Readonly<Record<string, unknown>> => ({
  ...z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    override: ({ jsonSchema }) => {
      // `${NAME}` stands where a URL or a port will be.
      if (jsonSchema.format === 'uri') delete jsonSchema.format
      if (jsonSchema.pattern === portPattern.source) {
        jsonSchema.pattern = `${portPattern.source}|^\\$\\{[^}]+\\}$`
      }
    },
  }),
  title,
})

export const manifestJsonSchema = () => publish(manifestSchema, 'Matapalo manifest of a domain')

export const projectJsonSchema = () => publish(projectSchema, 'Matapalo project file')
