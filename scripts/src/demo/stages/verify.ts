import type { Stage } from '../stage.ts'

/** Every row of both sides, through the mapping, with writes going on. */
export const verify: Stage = {
  name: 'verify',
  title: 'matapalo verify catalog',
  async run(show) {
    show.verified = await show.arena.verify()
    show.say(show.verified ? 'rows are equal' : 'ROWS DIFFER')
  },
}
