/**
 * Is this manifest possible on these two servers? One line per problem, each with its place and
 * remedy.
 *
 * @module
 */
import type { Manifest } from '@matapalo/core'
import type { Control } from './control.ts'

export interface Preflight {
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
}

export async function preflight(_control: Control, _manifest: Manifest): Promise<Preflight> {
  return { problems: [], warnings: [] }
}
