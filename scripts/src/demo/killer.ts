/**
 * Carries out `--kill`: at a moment, at the beginning of a stage, or at a step of the first transfer.
 *
 * For a step the control plane stops itself there (a fault for tests); the killer strikes while it
 * stands still and lets it go on, so that the step is hit every time.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { until } from '@matapalo/runtime'
import type { ComponentName, Stack } from '../stack/index.ts'
import { type KillPlan, transferSteps } from './kill.ts'

const isStep = (at: string): boolean => (transferSteps as readonly string[]).includes(at)

/** Variables that the control plane needs for kills at steps. */
export function killEnvironment(kills: readonly KillPlan[]): Readonly<Record<string, string>> {
  const plan = kills.find((one) => 'atStep' in one && isStep(one.atStep))
  if (plan === undefined || !('atStep' in plan)) return {}
  const haltAt = { step: plan.atStep, point: 'before' }
  return { MATAPALO_TEST_FAULTS: '1', CONTROL_FAULTS: JSON.stringify({ haltAt }) }
}

export class Killer {
  readonly #stack: Stack
  readonly #kills: readonly KillPlan[]
  readonly #say: (line: string) => void
  readonly #timers: NodeJS.Timeout[] = []
  readonly #abort = new AbortController()
  readonly done: string[] = []

  constructor(stack: Stack, kills: readonly KillPlan[], say: (line: string) => void) {
    this.#stack = stack
    this.#kills = kills
    this.#say = say
  }

  /** Traffic has begun. */
  begin(): void {
    for (const plan of this.#kills) {
      if ('atSecond' in plan) {
        this.#timers.push(setTimeout(() => this.#strike(plan), plan.atSecond * 1000))
      } else if (isStep(plan.atStep)) {
        this.#strikeWhenHalted(plan).catch(() => undefined)
      }
    }
  }

  stage(name: string): void {
    for (const plan of this.#kills) {
      // A moment later, so that the stage is under way.
      if ('atStep' in plan && plan.atStep === name && !isStep(name)) {
        this.#timers.push(setTimeout(() => this.#strike(plan), 500))
      }
    }
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#abort.abort()
  }

  #strike(plan: KillPlan): void {
    const when = 'atSecond' in plan ? `${plan.atSecond} s` : plan.atStep
    this.#stack.kill(plan.process as ComponentName)
    this.done.push(`${plan.process}@${when}`)
    this.#say(`killed ${plan.process} at ${when}`)
    const begun = performance.now()
    this.#stack
      .ready(plan.process as ComponentName)
      .then(() => {
        const seconds = ((performance.now() - begun) / 1000).toFixed(1)
        this.#say(`${plan.process} is ready again after ${seconds} s`)
      })
      .catch(() => this.#say(`${plan.process} did not come back`))
  }

  async #strikeWhenHalted(plan: KillPlan): Promise<void> {
    const halted = await until(() => this.#isHalted(), {
      timeoutMs: 1_200_000,
      everyMs: 2,
      signal: this.#abort.signal,
    })
    if (halted !== true) return
    this.#strike(plan)
    if (plan.process !== 'control-plane') this.#stack.kill('control-plane', 'SIGCONT')
  }

  /** The process state is `T` while it is stopped by a signal. */
  #isHalted(): true | undefined {
    const pid = this.#stack.status().find(({ name }) => name === 'control-plane')?.pid
    if (pid === undefined) return undefined
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T') ? true : undefined
    } catch {
      return undefined
    }
  }
}
