/**
 * `npm run bench -- probes`: every raw message of the edge's corpus against this edge, and against
 * nginx and HAProxy where they are installed.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../stack/instance.ts'
import type { BenchRow } from './bench.ts'

/** The corpus belongs to the edge's tests, which no program imports: it runs as a process. */
export async function benchProbes(): Promise<readonly BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'matapalo-probes-'))
  try {
    const file = join(folder, 'report.json')
    const script = join(root, 'edge-proxy/test/vectors/report.ts')
    const code = await new Promise<number | null>((resolve, reject) => {
      const child = spawn(process.execPath, [script, '--json', file], {
        stdio: ['ignore', 2, 2],
      })
      child.once('error', reject)
      child.once('exit', resolve)
    })
    if (code !== 0 && code !== 1) throw new Error(`the probes ended with ${code}`)
    return (JSON.parse(readFileSync(file, 'utf8')) as { rows: readonly BenchRow[] }).rows
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
