import type { Stage } from '../stage.ts'

export const prepare: Stage = {
  name: 'prepare',
  title: 'matapalo prepare catalog',
  run: ({ arena }) => arena.prepare(),
}
