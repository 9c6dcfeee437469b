/**
 * Which topic a question is about.
 *
 * Pure.
 *
 * @module
 */
import { type Topic, words } from './book.ts'

const matches = (word: string, part: string): boolean =>
  part.endsWith('*') ? word.startsWith(part.slice(0, -1)) : word === part

/** The words of the longest phrase that the question contains; 0 when none. */
const scoreOf = (topic: Topic, asked: readonly string[]): number =>
  Math.max(
    0,
    ...topic.phrases
      .filter((phrase) => phrase.every((part) => asked.some((word) => matches(word, part))))
      .map((phrase) => phrase.length),
  )

/** Null when no phrase of any topic occurs. Somebody who asks for a person gets one. */
export function chooseTopic(topics: readonly Topic[], question: string): Topic | null {
  const asked = words(question)
  let best: Topic | null = null
  let bestScore = 0
  for (const topic of topics) {
    const score = scoreOf(topic, asked)
    if (score > 0 && topic.handOver) return topic
    if (score > bestScore) {
      best = topic
      bestScore = score
    }
  }
  return best
}
