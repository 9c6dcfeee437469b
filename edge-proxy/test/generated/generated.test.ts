import { createServer, type Server, type Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { until } from '@matapalo/runtime'
import { expect } from 'chai'
import fc from 'fast-check'
import { listen, type TestEdge, testEdge } from '../harness.ts'
import { canary, goodCanary, type Recorder, record } from '../vectors/replay.ts'
import { type Generated, generatedAnswer, generatedRequest } from './messages.ts'
import { play } from './play.ts'

/** Messages of a batch; over undici there are 10,000 in all. */
const together = 200
const sound = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

for (const [forwarder, batches] of [
  ['undici', 50],
  ['middleware', 5],
] as const) {
  describe(`Generated messages over ${forwarder}`, () => {
    let edge: TestEdge
    let healthy: Recorder
    let answers: readonly string[] = [sound]
    let turn = 0
    let upstream: Server
    const upstreamSockets = new Set<Socket>()
    const offences: unknown[] = []
    const note = (error: unknown): void => {
      offences.push(error)
    }
    let listeners: readonly NodeJS.UncaughtExceptionListener[] = []

    before(async () => {
      healthy = await record()
      upstream = createServer((socket) => {
        upstreamSockets.add(socket)
        socket.on('close', () => upstreamSockets.delete(socket))
        socket.on('error', () => undefined)
        socket.on('data', () => socket.write(answers[turn++ % answers.length] ?? sound, 'latin1'))
      })
      const service = `http://127.0.0.1:${healthy.port}`
      const monolith = await listen(upstream as never)
      const domain = { owner: 'service' } as const
      edge = await testEdge({
        monolith,
        service,
        domain,
        forwarder,
        upstreamMaxMs: 200,
        connectMaxMs: 100,
      })
      // Mocha would end the run; here the message that did it is wanted.
      listeners = process.listeners('uncaughtException')
      process.removeAllListeners('uncaughtException')
      process.on('uncaughtException', note)
      process.on('unhandledRejection', note)
      // What the edge itself calls its own mistake.
      process.on('warning', note)
    })
    after(async () => {
      process.off('uncaughtException', note).off('unhandledRejection', note).off('warning', note)
      for (const listener of listeners) process.on('uncaughtException', listener)
      for (const socket of upstreamSockets) socket.destroy()
      upstream.close()
      await edge.stop()
      await healthy.stop()
    })

    const run = async (messages: readonly Generated[]): Promise<void> => {
      await play(Number(new URL(edge.url).port), messages)
      const drained = await until(() => edge.inFlight.of('catalog') === 0, { timeoutMs: 5_000 })
      if (!drained) throw new Error(`${edge.inFlight.of('catalog')} count as in flight for ever`)
      if (offences.length > 0) throw offences[0]
    }
    const remembered = (): number => {
      gc()
      return process.memoryUsage().heapUsed / 2 ** 20
    }

    it(`${batches * together} end no process, throw nothing, keep no memory, and the edge serves on`, async function () {
      this.timeout(60_000)
      await run(fc.sample(generatedRequest, { numRuns: 300, seed: 1 }))
      const first = remembered()
      await fc.assert(
        fc.asyncProperty(
          fc.array(generatedRequest, { minLength: together, maxLength: together }),
          fc.array(generatedAnswer, { minLength: 5, maxLength: 5 }),
          async (messages, odd) => {
            answers = [...odd, sound]
            await run(messages)
          },
        ),
        { numRuns: batches, endOnFailure: true },
      )
      expect(offences).to.deep.equal([])
      expect(remembered() - first).to.be.lessThan(32)
      expect(await canary(Number(new URL(edge.url).port), healthy)).to.equal(goodCanary)
    })
  })
}
