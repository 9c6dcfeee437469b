/**
 * The parts of AsyncAPI 3.0 (asyncapi.com/docs/reference/specification/v3.0.0) that our document uses,
 * as JSON Schema. What the specification allows and we do not use is refused: add it here first.
 *
 * @module
 */
const text = { type: 'string', minLength: 1 } as const
/** "The keys of components MUST match this"; we hold every name to it. */
const name = '^[a-zA-Z0-9._-]+$'

const object = (properties: object, ...required: readonly string[]) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
  patternProperties: { '^x-': {} },
})
const named = (values: object) => ({
  type: 'object',
  minProperties: 1,
  propertyNames: { pattern: name },
  additionalProperties: values,
})
const reference = (to: string) =>
  object({ $ref: { type: 'string', pattern: `^#/${to}/[a-zA-Z0-9._-]+$` } }, '$ref')

const message = object(
  {
    title: text,
    summary: text,
    description: text,
    traits: { type: 'array', items: reference('components/messageTraits') },
    payload: reference('components/schemas'),
  },
  'title',
  'traits',
  'payload',
)

export const structure = object(
  {
    asyncapi: { const: '3.0.0' },
    info: object(
      {
        title: text,
        version: text,
        description: text,
        license: object({ name: text, url: { type: 'string', format: 'uri' } }, 'name'),
      },
      'title',
      'version',
    ),
    defaultContentType: { const: 'application/json' },
    channels: named(
      object(
        {
          address: { type: 'string', pattern: '^shop\\.[a-z]+$' },
          description: text,
          messages: named(reference('components/messages')),
        },
        'address',
        'messages',
      ),
    ),
    operations: named(
      object(
        {
          action: { enum: ['send', 'receive'] },
          channel: reference('channels'),
          summary: text,
          messages: {
            type: 'array',
            minItems: 1,
            uniqueItems: true,
            items: reference('channels/[a-z]+/messages'),
          },
        },
        'action',
        'channel',
      ),
    ),
    components: object({
      messageTraits: named(
        // "MUST NOT contain `payload` or `traits`", and ours say nothing but headers.
        object({ headers: { type: 'object', required: ['type'] } }, 'headers'),
      ),
      messages: named(message),
      schemas: named({ type: 'object' }),
    }),
  },
  'asyncapi',
  'info',
  'channels',
  'operations',
  'components',
)
