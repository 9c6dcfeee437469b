/**
 * Faults for the tests that must convict a broken toolkit. Refused unless MATAPALO_TEST_FAULTS=1.
 *
 * @module
 */
import { type Act, type Step, type StepName, stepNames } from '@matapalo/core'
import { z } from 'zod'
import type { TransferPorts } from './ports.ts'

const point = z.object({
  step: z.enum(stepNames),
  act: z.enum(['do', 'undo']).default('do'),
  point: z.enum(['before', 'after']).default('before'),
})

const faultsSchema = z.strictObject({
  /** The source's fence is not closed, and verifyLast, which would notice the writes, does not look. */
  skipFence: z.boolean().default(false),
  /** catchUp does not wait, and verifyLast does not look. */
  skipBarrier: z.boolean().default(false),
  /** Nobody waits for edges. */
  skipEdgeAck: z.boolean().default(false),
  /** SIGSTOP to this process at the step, once: a step that is tried again goes on. */
  haltAt: point.optional(),
  /** SIGKILL to this process at the step. */
  crashAt: point.optional(),
})

export type Faults = z.infer<typeof faultsSchema>

export const noFaults: Faults = faultsSchema.parse({})

export const parseFaults = (text: string): Faults => faultsSchema.parse(JSON.parse(text))

export function allowedFaults(faults: Faults, allowed: boolean): Faults {
  if (faults === noFaults || allowed) return faults
  throw new TypeError('CONTROL_FAULTS is for tests, which set MATAPALO_TEST_FAULTS=1')
}

export function breakPorts(ports: TransferPorts, faults: Faults): TransferPorts {
  const { skipFence, skipBarrier, skipEdgeAck } = faults
  return {
    ...ports,
    edges: skipEdgeAck
      ? { awaitDrained: async () => ({ edges: 0 }), awaitInForce: async () => ({ cut: [] }) }
      : ports.edges,
    stores: {
      ...ports.stores,
      ...(skipFence
        ? {
            setFence: async (domain, side, write, budgetMs) => {
              if (!write.closed) await ports.stores.setFence(domain, side, write, budgetMs)
            },
          }
        : {}),
      ...(skipBarrier ? { awaitApplied: async () => ({ ms: 0, offset: 0n }) } : {}),
    },
    verification:
      skipBarrier || skipFence
        ? {
            ...ports.verification,
            follow: async () => ({
              ahead: async () => ({ keys: 0, open: 0 }),
              last: async () => ({ keys: 0, differences: [] }),
              stop: async () => {},
            }),
          }
        : ports.verification,
  }
}

let halted = false

export function breakSteps(steps: readonly Step[], faults: Faults): readonly Step[] {
  const { haltAt, crashAt } = faults
  if (haltAt === undefined && crashAt === undefined) return steps
  const strike = (step: StepName, act: Act, at: 'before' | 'after'): void => {
    const here = (fault: Faults['haltAt']): boolean =>
      fault?.step === step && fault.act === act && fault.point === at
    if (here(crashAt)) process.kill(process.pid, 'SIGKILL')
    if (!halted && here(haltAt)) {
      halted = true
      process.kill(process.pid, 'SIGSTOP')
    }
  }
  const around =
    (name: StepName, act: Act, work: Step['do']): Step['do'] =>
    async (entry) => {
      strike(name, act, 'before')
      const detail = await work(entry)
      strike(name, act, 'after')
      return detail
    }
  return steps.map((step) => ({
    ...step,
    do: around(step.name, 'do', step.do),
    ...(step.undo ? { undo: around(step.name, 'undo', step.undo) } : {}),
  }))
}
