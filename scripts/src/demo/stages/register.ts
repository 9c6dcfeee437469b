import type { Stage } from '../stage.ts'

export const register: Stage = {
  name: 'register',
  title: 'matapalo register services/catalog/manifest.yaml',
  run: ({ arena }) => arena.register(),
}
