import { ControlRefused } from '../../arena/control.ts'
import type { Stage } from '../stage.ts'

/**
 * The old shop deletes a ticket's messages by a cascade, which no trigger and no change feed sees.
 * `prepare` refuses it and prints the DDL; the engineer runs that, and asks again.
 */
export const cascade: Stage = {
  name: 'cascade',
  title: 'matapalo prepare support: a cascade is refused, and mended by the DDL it prints',
  async run({ arena, say }) {
    try {
      await arena.prepare('support')
    } catch (refusal) {
      if (!(refusal instanceof ControlRefused) || !/cascade/i.test(refusal.message)) throw refusal
      for (const statement of await arena.mend(refusal)) say(statement.replace(/\s+/g, ' '))
      await arena.prepare('support')
      return
    }
    throw new Error('prepare did not refuse the cascade of support')
  },
}
