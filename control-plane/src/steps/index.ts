/** The ten steps in order. The runner in core does the rest. */
import type { Step, StepName } from '@matapalo/core'
import type { Move, Notes, TransferPorts } from '../ports.ts'
import { advanceIds } from './advanceIds.ts'
import { announce } from './announce.ts'
import { catchUp } from './catchUp.ts'
import { claim } from './claim.ts'
import { fenceSource } from './fenceSource.ts'
import { holdEdges } from './holdEdges.ts'
import { openTarget } from './openTarget.ts'
import { releaseEdges } from './releaseEdges.ts'
import { switchOwner } from './switchOwner.ts'
import { verifyLast } from './verifyLast.ts'

/** They touch databases alone. Where no domain has tables each would only be a commit of the ledger more. */
const ofTables: readonly StepName[] = [
  'fenceSource',
  'catchUp',
  'verifyLast',
  'advanceIds',
  'openTarget',
]

export function transferSteps(ports: TransferPorts, move: Move, notes: Notes): readonly Step[] {
  const steps = [
    claim(ports, move, notes),
    holdEdges(ports, move, notes),
    fenceSource(ports, move, notes),
    catchUp(ports, move, notes),
    verifyLast(ports, move, notes),
    advanceIds(ports, move),
    switchOwner(ports, move, notes),
    announce(ports, move),
    openTarget(ports, move),
    releaseEdges(ports, move),
  ]
  return move.stored.length > 0 ? steps : steps.filter(({ name }) => !ofTables.includes(name))
}
