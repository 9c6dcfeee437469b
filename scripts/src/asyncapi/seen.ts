/**
 * Holds what a test has seen of an outbox to services/asyncapi.yaml, whatever the test is about.
 *
 * @module
 */
import { eventJudge, type ToldEvent } from './events.ts'

const judge = eventJudge()

/** @throws an Error that lists what is not as described */
export function asDescribed<T extends ToldEvent>(events: readonly T[]): readonly T[] {
  const wrong = events.flatMap(judge)
  if (wrong.length > 0) throw new Error(`not as services/asyncapi.yaml says:\n${wrong.join('\n')}`)
  return events
}
