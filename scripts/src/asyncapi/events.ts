/**
 * services/asyncapi.yaml as a judge of events. Payloads are held to their schema and may have no member
 * that it does not name: consumers pass over those, so nobody else would notice.
 *
 * Test code: services know nothing of it. The only file that imports ajv here.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { parse } from 'yaml'

interface Reference {
  readonly $ref: string
}

export interface AsyncApi {
  readonly channels: Readonly<
    Record<
      string,
      { readonly address: string; readonly messages: Readonly<Record<string, Reference>> }
    >
  >
  readonly operations: Readonly<
    Record<string, { readonly channel: Reference; readonly messages?: readonly Reference[] }>
  >
  readonly components: {
    readonly messages: Readonly<Record<string, { readonly payload: Reference }>>
    readonly schemas: Readonly<Record<string, object>>
  }
}

export const readAsyncApi = (): AsyncApi =>
  parse(readFileSync(new URL('../../../services/asyncapi.yaml', import.meta.url), 'utf8'))

export interface ToldEvent {
  /** `aggregatetype`: the topic's last word. */
  readonly aggregate: string
  readonly type: string
  readonly payload: unknown
}

/** Every object of the schema that names members has no others. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed)
  if (typeof schema !== 'object' || schema === null) return schema
  const inner = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [name, closed(value)]),
  )
  return 'properties' in inner ? { additionalProperties: false, ...inner } : inner
}

export function compile(schema: object): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, strict: false })
  formats.default(ajv)
  return ajv.compile(schema)
}

export const problemsOf = (validate: ValidateFunction, value: unknown): readonly string[] =>
  validate(value)
    ? []
    : (validate.errors ?? []).map(
        ({ instancePath, message, params }) =>
          `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
      )

/** @returns one line for each thing wrong with an event; of an event as described none */
export function eventJudge(
  document: AsyncApi = readAsyncApi(),
): (event: ToldEvent) => readonly string[] {
  const components = closed(document.components) as object
  const validators = new Map(
    Object.entries(document.components.messages).map(
      ([type, { payload }]) => [type, compile({ ...payload, components })] as const,
    ),
  )
  return ({ aggregate, type, payload }) => {
    const channel = document.channels[aggregate]
    const validate = validators.get(type)
    if (channel === undefined || !(type in channel.messages) || validate === undefined)
      return [`${type}: is no message of channel ${aggregate}`]
    return problemsOf(validate, payload).map((problem) => `${type}: ${problem}`)
  }
}
