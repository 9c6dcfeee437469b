/**
 * Carries out `--kill`: at a moment, at the beginning of a stage, or at a step of the first transfer.
 *
 * @module
 */
import { stepNames } from '@matapalo/core'
import { haltEnvironment, strikeHalted, whenHalted } from '../arena/halt.ts'
import type { ComponentName, Stack } from '../stack/index.ts'
import type { KillPlan } from './kill.ts'

const isStep = (at: string): boolean => (stepNames as readonly string[]).includes(at)

/** Variables that the control plane needs for kills at steps. */
export function killEnvironment(kills: readonly KillPlan[]): Readonly<Record<string, string>> {
  const plan = kills.find((one) => 'atStep' in one && isStep(one.atStep))
  if (plan === undefined || !('atStep' in plan)) return {}
  return haltEnvironment(plan.atStep)
}

export class Killer {
  readonly #stack: Stack
  readonly #kills: readonly KillPlan[]
  readonly #say: (line: string) => void
  readonly #timers: NodeJS.Timeout[] = []
  readonly #abort = new AbortController()
  readonly #met = new Set<string>()
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

  /** A stage begins; only its first time counts. */
  stage(name: string): void {
    if (this.#met.has(name)) return
    this.#met.add(name)
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
    const process = plan.process as ComponentName
    if ('atStep' in plan && isStep(plan.atStep)) strikeHalted(this.#stack, process)
    else this.#stack.kill(process)
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
    const { signal } = this.#abort
    if (!(await whenHalted(this.#stack, { timeoutMs: 1_200_000, signal }))) return
    this.#strike(plan)
  }
}
