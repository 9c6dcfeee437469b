/**
 * The parent's handle of the traffic process.
 *
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LoadOptions } from './load.ts'
import type { TrafficNews, TrafficOrder } from './main.ts'

export type TrafficResult = Extract<TrafficNews, { type: 'stopped' }>
export type TrafficLasting = TrafficResult['lasting']
export type TrafficSummary = Extract<TrafficNews, { type: 'progress' }>['summary']

export class Traffic {
  readonly #child: ChildProcess

  constructor(options: LoadOptions) {
    this.#child = fork(fileURLToPath(new URL('./main.ts', import.meta.url)), [
      JSON.stringify(options),
    ])
  }

  async #order<T extends TrafficNews['type']>(
    order: TrafficOrder,
    answer: T,
  ): Promise<Extract<TrafficNews, { type: T }>> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null): void => reject(new Error(`traffic ended (${code})`))
      const onNews = (news: TrafficNews): void => {
        if (news.type === 'broken') reject(new Error(`traffic: ${news.message}`))
        else if (news.type === answer) resolve(news as Extract<TrafficNews, { type: T }>)
        else return
        this.#child.off('message', onNews)
        this.#child.off('exit', onExit)
      }
      this.#child.on('message', onNews)
      this.#child.once('exit', onExit)
      this.#child.send(order)
    })
  }

  /** Logs all sessions in and creates their private books. */
  async prepare(): Promise<void> {
    await this.#order({ type: 'prepare' }, 'ready')
  }

  async start(): Promise<void> {
    await this.#order({ type: 'start' }, 'started')
  }

  async progress(): Promise<TrafficSummary> {
    return (await this.#order({ type: 'progress' }, 'progress')).summary
  }

  /** @returns how many of so many customers have an order whose payment is open, or was just now */
  async rush(customers: number): Promise<number> {
    return (await this.#order({ type: 'rush', customers }, 'rushed')).placed
  }

  /** All sessions with tokens renew them within this time. */
  async hurry(withinMs: number): Promise<void> {
    await this.#order({ type: 'hurry', withinMs }, 'hurried')
  }

  /** Sessions that have lasted since {@link prepare}, by kind. */
  async lasting(): Promise<TrafficLasting> {
    return (await this.#order({ type: 'progress' }, 'progress')).lasting
  }

  /** Every session finishes its action; the result can be had once. */
  stop(): Promise<TrafficResult> {
    return this.#order({ type: 'stop' }, 'stopped')
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }
}
