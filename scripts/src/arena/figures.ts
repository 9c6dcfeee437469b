/**
 * Figures that the running processes tell about themselves: held requests and lag.
 *
 * @module
 */
import { quantile } from '../traffic/tally.ts'

interface Samples {
  /** `at`: epoch milliseconds, or ISO time. */
  readonly samples: readonly { readonly at: number | string; readonly ms: number }[]
}

export interface Spread {
  readonly count: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

export interface Period {
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  return {
    count: sorted.length,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    maxMs: sorted.at(-1) ?? 0,
  }
}

/** Collects samples as they come, so that a killed process takes only its last second with it. */
export class Collector {
  readonly #urls: readonly string[]
  readonly #seen = new Map<string, { readonly at: number; readonly ms: number }>()
  readonly #timer: NodeJS.Timeout
  #since = 0

  constructor(urls: readonly string[]) {
    this.#urls = urls
    this.#timer = setInterval(() => void this.collect(), 1_000)
  }

  async collect(): Promise<void> {
    // Some seconds again, for a sample that is told late.
    const since = this.#since
    this.#since = Math.max(0, Date.now() - 10_000)
    await Promise.all(
      this.#urls.map(async (url) => {
        try {
          const response = await fetch(`${url}?since=${since}`, {
            signal: AbortSignal.timeout(2_000),
          })
          const { samples } = (await response.json()) as Samples
          for (const sample of samples) {
            const at = new Date(sample.at).getTime()
            this.#seen.set(`${url} ${at} ${sample.ms}`, { at, ms: sample.ms })
          }
        } catch {
          // A process that restarts is asked again in a second.
        }
      }),
    )
  }

  /** Milliseconds of all samples of the given periods; of all time when none is given. */
  within(...periods: readonly Period[]): readonly number[] {
    const all = [...this.#seen.values()]
    const inside = ({ at }: { readonly at: number }): boolean =>
      periods.length === 0 || periods.some(({ from, to }) => at >= from && at <= to)
    return all.filter(inside).map(({ ms }) => ms)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
