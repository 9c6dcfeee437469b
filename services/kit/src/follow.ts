/**
 * Follows events for as long as the service runs: a consumer that starts in the background, and again
 * until Kafka and its topics are there.
 *
 * @module
 */
import { type Consumer, type ConsumerOptions, startConsumer } from './consumer.ts'
import type { Stoppable } from './process.ts'

const againMs = 2000

export function follow(options: ConsumerOptions): Stoppable {
  let stopping = false
  let wake: () => void = () => {}

  const start = async (): Promise<Consumer | null> => {
    let told = false
    while (!stopping) {
      try {
        return await startConsumer(options)
      } catch (error) {
        if (!told) options.log.warn({ err: error, consumer: options.name }, 'consumer.delayed')
        told = true
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, againMs)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
    }
    return null
  }

  let running: Consumer | null | undefined
  const started = start().then((consumer) => {
    running = consumer
    // Asked to stop while it was connecting, which may take for ever.
    if (stopping) return consumer?.stop()
  })
  return {
    async stop() {
      stopping = true
      wake()
      await running?.stop()
      if (running === undefined) started.catch(() => undefined)
    },
  }
}
