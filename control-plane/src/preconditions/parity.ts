/** Responses compared by shadowing reads. Not built yet: it answers so, and needs `--without parity`. */
import type { Precondition } from './precondition.ts'

export const parity: Precondition = {
  gate: 'parity',
  configured: () => false,
  check: async () => null,
}
