/**
 * What every bench of the project prints and writes: rows with a unit, the bar, and whether it is met.
 *
 * @module
 */
import { cpus, totalmem } from 'node:os'
import Table from 'cli-table3'

export interface BenchRow {
  readonly what: string
  readonly value: number
  readonly unit: string
  /** What it was measured beside, in the same run. */
  readonly against?: string
  readonly ratio?: number
  /** As written in the project's goals, such as `≤ 100 ms`. */
  readonly bar?: string
  readonly met?: boolean
}

export interface BenchReport {
  readonly bench: string
  readonly machine: { readonly cpu: string; readonly cores: number; readonly memoryGiB: number }
  readonly rows: readonly BenchRow[]
}

export const machine = (): BenchReport['machine'] => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
})

export const atMost = (what: string, value: number, unit: string, bar: number): BenchRow => ({
  what,
  value,
  unit,
  bar: `≤ ${bar} ${unit}`,
  met: value <= bar,
})

export const atLeast = (what: string, value: number, unit: string, bar: number): BenchRow => ({
  what,
  value,
  unit,
  bar: `≥ ${bar} ${unit}`,
  met: value >= bar,
})

export const figure = (what: string, value: number, unit: string): BenchRow => ({
  what,
  value,
  unit,
})

/** A ratio of 1.06 must not be shown as 1.1 beside a bar of 1.1. */
const shown = (value: number): number => {
  const factor = Math.abs(value) < 10 ? 100 : 10
  return Math.round(value * factor) / factor
}

export function renderBench(report: BenchReport): string {
  const table = new Table({ head: ['what', 'measured', 'bar', 'met'], style: { head: [] } })
  for (const { what, value, unit, bar, met } of report.rows) {
    table.push([
      what,
      `${shown(value)} ${unit}`,
      bar ?? '',
      met === undefined ? '' : met ? 'yes' : 'NO',
    ])
  }
  const { cpu, cores, memoryGiB } = report.machine
  return `${report.bench} on ${cores} × ${cpu}, ${memoryGiB} GiB\n${table.toString()}\n`
}
