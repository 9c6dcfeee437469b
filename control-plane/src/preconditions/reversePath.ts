/** The way back, tried before it is needed: a marker through its feed, and a row of each table. */
import { errorFields } from '@matapalo/cdc/applier/session'
import { LensError } from '@matapalo/core'
import { pairsOf } from '../live/pairs.ts'
import { mappedRows } from '../probe/mappedRow.ts'
import { markerTrip } from '../probe/markerTrip.ts'
import { rowTrip } from '../probe/rowTrip.ts'
import { type Finding, NotKnown, type Precondition, type Situation } from './precondition.ts'

/** 3: rows tried per table, while somebody else holds them. */
const rowsAtMost = 3
/** 2000 (milliseconds): a status that is watched does not ask again. */
const freshMs = 2000

async function rows({ control, domain, manifest, from, to }: Situation): Promise<Finding> {
  const { stores } = control
  for (const pair of await pairsOf(stores, manifest)) {
    const table = `${pair.compiled.source}→${pair.compiled.targets.map((one) => one.table).join(', ')}`
    let busy = 0
    try {
      for (const parts of await mappedRows(stores[to], manifest, pair, from, rowsAtMost)) {
        const trip = await rowTrip(stores[from], domain.name, parts)
        if (trip === 'written') {
          busy = 0
          break
        }
        if (trip !== 'busy')
          return `a row of ${table} could not be written back at the ${from}: ${trip.refused}; mend it, then run: matapalo explain ${domain.name}`
        busy += 1
      }
    } catch (error) {
      if (!(error instanceof LensError)) throw error
      return `a row of ${table} has no place at the ${from}: ${errorFields(error).fact ?? error.code}; mend the manifest, then run: matapalo prepare ${domain.name}`
    }
    if (busy > 0)
      throw new NotKnown(
        `the way back of ${table} could not be tried: ${busy} row(s) were locked by others; run: matapalo explain ${domain.name}`,
      )
  }
  return null
}

async function probe(situation: Situation): Promise<Finding> {
  const { control, domain, to } = situation
  if (domain.backfill !== 'complete')
    return `the feed back starts when the backfill is complete; run: matapalo backfill ${domain.name} --wait`
  return (await markerTrip(control.stores, domain.name, to)) ?? (await rows(situation))
}

interface Asked {
  readonly at: number
  readonly answer: Promise<Finding>
}
const asked = new WeakMap<object, Map<string, Asked>>()

export const reversePath: Precondition = {
  gate: 'reversePath',
  ofTables: true,
  check(situation) {
    const known = asked.get(situation.control) ?? new Map<string, Asked>()
    asked.set(situation.control, known)
    const { name, backfill } = situation.domain
    const key = `${name} ${backfill} ${situation.from}`
    const last = known.get(key)
    if (last !== undefined && performance.now() - last.at < freshMs) return last.answer
    const answer = probe(situation)
    known.set(key, { at: performance.now(), answer })
    return answer
  },
}
