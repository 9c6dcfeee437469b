/**
 * `npm run bench -- convict`: every broken toolkit convicted in 10 of 10 runs, the whole one in
 * none of 3 in the same set-up.
 *
 * @module
 */
import { isCleared, isConvicted, runTrial, trials } from '../arena/trial.ts'
import { atLeast, atMost, type BenchRow } from './bench.ts'

const runsOf = { broken: 10, whole: 3 }

export async function benchConvict(say: (line: string) => void): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = []
  for (const trial of trials) {
    for (const whole of [false, true]) {
      const runs = whole ? runsOf.whole : runsOf.broken
      let convicted = 0
      for (let n = 1; n <= runs; n += 1) {
        const result = await runTrial(trial, whole, `bench-${process.pid}-${n}`)
        if (whole ? !isCleared(result) : isConvicted(trial, result)) convicted += 1
        const { examples, ...figures } = result
        say(`${trial.name}, ${whole ? 'whole' : 'broken'}, run ${n}: ${JSON.stringify(figures)}`)
        if (whole) for (const example of examples) say(`  ${example}`)
      }
      const what = `${trial.name}: ${whole ? 'whole toolkit convicted' : `broken toolkit convicted (${trial.crime})`}`
      rows.push(
        whole
          ? atMost(what, convicted, `of ${runs}`, 0)
          : atLeast(what, convicted, `of ${runs}`, runs),
      )
    }
  }
  return rows
}
