/**
 * Reads what a neighbour answered. An answer of another shape counts as none: the neighbour is missing,
 * and this service goes on.
 *
 * @module
 */
import { type Reply, ServiceUnavailable } from '@bookshop/kit/client'

export type Fields = Readonly<Record<string, unknown>>

export const unusable = (service: string, why: string): ServiceUnavailable =>
  new ServiceUnavailable(service, why, true)

/** Null for 404. */
export function objectOf(service: string, reply: Reply): Fields | null {
  if (reply.status === 404) return null
  if (reply.status !== 200) throw unusable(service, `answered ${reply.status}`)
  return fieldsOf(service, reply.json)
}

export function fieldsOf(service: string, value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw unusable(service, 'its answer is no object')
  }
  return value as Fields
}

export function listOf(service: string, value: unknown): readonly Fields[] {
  if (!Array.isArray(value)) throw unusable(service, 'its answer has no list')
  return value.map((one) => fieldsOf(service, one))
}

export function numberOf(service: string, fields: Fields, name: string): number {
  const value = fields[name]
  if (typeof value !== 'number') throw unusable(service, `its answer has no ${name}`)
  return value
}

export function textOf(service: string, fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw unusable(service, `its answer has no ${name}`)
  return value
}
