/** Does something at once and then again and again, never twice at the same time. */
import { log } from './log.ts'

export interface Repeated {
  stop(): Promise<void>
}

export function every(ms: number, name: string, work: () => Promise<unknown>): Repeated {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  const turn = () => {
    running = (async () => {
      try {
        await work()
      } catch (error) {
        log('warn', 'repeated.failed', { name, error: String(error) })
      }
      if (!stopped) timer = setTimeout(turn, ms)
    })()
  }
  turn()
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
