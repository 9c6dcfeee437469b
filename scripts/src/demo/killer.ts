/**
 * Carries out `--kill`: at a moment, at the beginning of a stage, or at a step of a transfer.
 *
 * @module
 */
import { haltEnvironment, strikeHalted, whenHalted } from '../arena/halt.ts'
import type { ComponentName, Stack } from '../stack/index.ts'
import type { KillPlan } from './kill.ts'

/** How long after its beginning a stage is under way. */
const intoStageMs = 500
/** Longer than any transfer waits for its first step. */
const haltWithinMs = 180_000

export class Killer {
  readonly #stack: Stack
  readonly #kills: readonly KillPlan[]
  readonly #say: (line: string) => void
  readonly #timers: NodeJS.Timeout[] = []
  readonly #abort = new AbortController()
  readonly #met = new Set<string>()
  readonly #struck = new Set<KillPlan>()

  constructor(stack: Stack, kills: readonly KillPlan[], say: (line: string) => void) {
    this.#stack = stack
    this.#kills = kills
    this.#say = say
  }

  /** What was killed. */
  get done(): readonly string[] {
    return [...this.#struck].map(({ text }) => text)
  }

  /** What was asked for and never happened. */
  get missed(): readonly string[] {
    return this.#kills.filter((plan) => !this.#struck.has(plan)).map(({ text }) => text)
  }

  /** Traffic has begun. */
  begin(): void {
    for (const plan of this.#kills) {
      if ('atSecond' in plan) this.#later(plan, plan.atSecond * 1000)
    }
  }

  /** A stage begins; only its first time counts. */
  stage(name: string): void {
    if (this.#met.has(name)) return
    this.#met.add(name)
    for (const plan of this.#kills) {
      if ('atStage' in plan && plan.atStage === name) this.#later(plan, intoStageMs)
    }
  }

  /**
   * A transfer is about to be asked for. The first kill at one of its steps that is still to come is
   * armed: the control plane is started anew, to halt there.
   */
  async beforeTransfer(domains: readonly string[]): Promise<void> {
    const plan = this.#kills.find(
      (one) =>
        'atStep' in one &&
        !this.#struck.has(one) &&
        (one.domain === null || domains.includes(one.domain)),
    )
    if (plan === undefined || !('atStep' in plan)) return
    await this.#stack.restart('control-plane', haltEnvironment(plan.atStep))
    const { signal } = this.#abort
    const halted = whenHalted(this.#stack, { timeoutMs: haltWithinMs, signal })
    halted.then((met) => met && this.#strike(plan)).catch(() => undefined)
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#abort.abort()
  }

  #later(plan: KillPlan, ms: number): void {
    this.#timers.push(setTimeout(() => this.#strike(plan), ms))
  }

  #strike(plan: KillPlan): void {
    const process = plan.process as ComponentName // parsed against the components of this demo
    if (this.#struck.has(plan)) return
    this.#struck.add(plan)
    if ('atStep' in plan) strikeHalted(this.#stack, process)
    else this.#stack.kill(process)
    this.#say(`killed ${plan.text.replace('@', ' at ')}`)
    const begun = performance.now()
    this.#stack
      .ready(process)
      .then(() => {
        const seconds = ((performance.now() - begun) / 1000).toFixed(1)
        this.#say(`${process} is ready again after ${seconds} s`)
      })
      .catch(() => this.#say(`${process} did not come back`))
  }
}
