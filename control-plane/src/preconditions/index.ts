/**
 * "Why can't I switch?": every precondition is asked, and each that does not pass answers in one
 * line.
 *
 * @module
 */
import { type GateAnswer, hasTables, type TransferKind, transferEnds } from '@matapalo/core'
import type { Control } from '../control.ts'
import { backfill } from './backfill.ts'
import { backup } from './backup.ts'
import { binlogRetention } from './binlogRetention.ts'
import { disk } from './disk.ts'
import { drain } from './drain.ts'
import { edges } from './edges.ts'
import { feeds } from './feeds.ts'
import { grants } from './grants.ts'
import { lag } from './lag.ts'
import { parity } from './parity.ts'
import { phase } from './phase.ts'
import { answerOf, NotKnown, type Precondition, type Situation } from './precondition.ts'
import { quarantine } from './quarantine.ts'
import { reversePath } from './reversePath.ts'
import { schema } from './schema.ts'
import { triggers } from './triggers.ts'
import { verification } from './verification.ts'
import { writers } from './writers.ts'
import { xa } from './xa.ts'

export const preconditions: readonly Precondition[] = [
  phase,
  backfill,
  feeds,
  quarantine,
  lag,
  verification,
  drain,
  edges,
  triggers,
  schema,
  grants,
  reversePath,
  writers,
  xa,
  backup,
  binlogRetention,
  disk,
  parity,
]

async function ask(one: Precondition, situation: Situation): Promise<GateAnswer> {
  const { name } = situation.domain
  if (one.ofTables && !hasTables(situation.manifest))
    return answerOf(one.gate, name, 'pass', `${one.gate}: it has no tables`)
  if (one.configured?.(situation) === false)
    return answerOf(
      one.gate,
      name,
      'not configured',
      `${one.gate} is not configured; to go on without it: --without ${one.gate}`,
    )
  try {
    const finding = await one.check(situation)
    if (finding === null) return answerOf(one.gate, name, 'pass', `${one.gate} passed`)
    return typeof finding === 'string'
      ? answerOf(one.gate, name, 'fail', finding)
      : answerOf(one.gate, name, 'unknown', finding.unknown)
  } catch (error) {
    if (error instanceof NotKnown) return answerOf(one.gate, name, 'inconclusive', error.message)
    const why = error instanceof Error ? error.message : String(error)
    return answerOf(
      one.gate,
      name,
      'inconclusive',
      `${one.gate} could not be checked (${why}); run: matapalo explain ${name}`,
    )
  }
}

export async function checkGates(
  control: Control,
  kind: TransferKind,
  domains: readonly string[],
): Promise<readonly GateAnswer[]> {
  const { from, to } = transferEnds(kind)
  const answers = await Promise.all(
    domains.map(async (name) => {
      const { domain, manifest } = await control.domain(name)
      const situation = { control, kind, domain, manifest, from, to, group: domains }
      return Promise.all(preconditions.map((one) => ask(one, situation)))
    }),
  )
  return answers.flat()
}
