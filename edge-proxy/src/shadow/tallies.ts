/**
 * What this edge has found out, by domain and route: counts, the fields that differ, and a few
 * samples of each. Everything is bounded, by the route table and by constants.
 *
 * Counts are totals since this process started and the round began, so that telling them twice
 * changes nothing.
 *
 * @module
 */
import type { Outcome, Sample, Tally } from '@matapalo/core'

/** A difference of one answer, as people may see it. */
export interface SeenSample extends Sample {
  /** A mismatch stands; what is moving may be noise that wants an ignore rule. */
  readonly outcome: 'mismatch' | 'inconclusive'
  /** ISO, UTC. */
  readonly at: string
  /** By which the request is found in the logs. */
  readonly requestId: string
}

export interface RouteReport {
  readonly domain: string
  readonly round: number
  readonly route: string
  readonly tally: Tally
  /** Different fields that were found, the first first. */
  readonly fields: readonly string[]
  readonly samples: readonly SeenSample[]
}

/** Fields of a route that are named; further ones only count. */
const mostFields = 20
/** Samples of one field and kind. */
const samplesOfField = 3

interface Kept {
  readonly domain: string
  readonly route: string
  readonly tally: Record<Outcome, number>
  readonly fields: string[]
  readonly samples: Map<string, SeenSample[]>
  /** Counted since it was last told. */
  changed: boolean
}

export class Tallies {
  readonly #rounds = new Map<string, { readonly round: number; readonly kept: Map<string, Kept> }>()

  count(
    at: { readonly domain: string; readonly round: number; readonly route: string },
    outcome: Outcome,
    samples: readonly SeenSample[] = [],
  ): void {
    const kept = this.#kept(at)
    if (kept === undefined) return
    kept.tally[outcome] += 1
    for (const sample of samples) keep(kept, sample)
    kept.changed = true
  }

  /** Undefined for what still belongs to an older round. */
  #kept({ domain, round, route }: Parameters<Tallies['count']>[0]): Kept | undefined {
    let known = this.#rounds.get(domain)
    if (known !== undefined && known.round > round) return undefined
    if (known === undefined || known.round < round) {
      known = { round, kept: new Map() }
      this.#rounds.set(domain, known)
    }
    let kept = known.kept.get(route)
    if (kept === undefined) {
      const tally = { equal: 0, racing: 0, mismatch: 0, inconclusive: 0, dropped: 0 }
      kept = { domain, route, tally, fields: [], samples: new Map(), changed: true }
      known.kept.set(route, kept)
    }
    return kept
  }

  /** Everything that is known. */
  reports(): readonly RouteReport[] {
    return this.#each(() => true)
  }

  /** What was counted since it was last taken. */
  take(): readonly RouteReport[] {
    return this.#each((kept) => {
      const { changed } = kept
      kept.changed = false
      return changed
    })
  }

  /** They were taken, and not told. */
  again(reports: readonly RouteReport[]): void {
    for (const { domain, round, route } of reports) {
      const known = this.#rounds.get(domain)
      const kept = known?.round === round ? known.kept.get(route) : undefined
      if (kept !== undefined) kept.changed = true
    }
  }

  #each(wanted: (kept: Kept) => boolean): readonly RouteReport[] {
    return [...this.#rounds.values()].flatMap(({ round, kept: all }) =>
      [...all.values()].filter(wanted).map(({ domain, route, tally, fields, samples }) => ({
        ...{ domain, round, route },
        tally: { ...tally },
        fields: [...fields],
        samples: [...samples.values()].flat(),
      })),
    )
  }
}

function keep({ fields, samples }: Kept, sample: SeenSample): void {
  if (sample.outcome === 'mismatch' && !fields.includes(sample.path)) {
    if (fields.length >= mostFields) return
    fields.push(sample.path)
  }
  const key = `${sample.outcome} ${sample.kind} ${sample.path}`
  const known = samples.get(key)
  if (known === undefined) {
    if (samples.size < 2 * mostFields) samples.set(key, [sample])
  } else if (known.length < samplesOfField) known.push(sample)
}
