/**
 * Answers made comparable: messages are for people and may differ; an instant of a write is the
 * clock of the process that answered and may differ by a few seconds.
 *
 * @module
 */
export interface Answer {
  readonly status: number
  readonly type: string | null
  readonly json: unknown
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/
const slackMs = 5000

/** `other` with its instants replaced by those of `one` that are close enough. */
export function alignInstants(one: unknown, other: unknown): unknown {
  if (typeof one === 'string' && typeof other === 'string' && instant.test(one)) {
    return Math.abs(Date.parse(one) - Date.parse(other)) <= slackMs ? one : other
  }
  if (Array.isArray(one) && Array.isArray(other)) {
    return other.map((item, at) => alignInstants(one[at], item))
  }
  if (isObject(one) && isObject(other)) {
    return Object.fromEntries(
      Object.entries(other).map(([key, value]) => [key, alignInstants(one[key], value)]),
    )
  }
  return other
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export function withoutMessage(answer: Answer): Answer {
  const { json } = answer
  if (!isObject(json) || !isObject(json.error)) return answer
  const { message, ...error } = json.error
  return { ...answer, json: { ...json, error: { ...error, hasMessage: typeof message } } }
}
