import { expect } from 'chai'
import { type StreamingSigns, untilStreaming } from '../../src/stack/streaming.ts'

const limits = { timeoutMs: 30, everyMs: 1 }

/** Signs that show from their nth look on. */
const signs = (readingFrom: number, placeFrom: number, more: Partial<StreamingSigns> = {}) => {
  const looks = { reading: 0, place: 0 }
  const all: StreamingSigns = {
    isReading: async () => ++looks.reading >= readingFrom,
    hasPlace: async () => ++looks.place >= placeFrom,
    state: async () => 'RUNNING',
    ...more,
  }
  return { looks, all }
}
const failure = (work: Promise<void>): Promise<string> =>
  work.then(
    () => 'none',
    (error: Error) => error.message,
  )
const never = Number.POSITIVE_INFINITY

describe('untilStreaming', () => {
  it('waits for both signs', async () => {
    const { looks, all } = signs(3, 2)
    await untilStreaming('feed', all, { timeoutMs: 10_000, everyMs: 1 })
    expect(looks).to.deep.equal({ reading: 4, place: 2 })
  })

  it('does not believe that a connector is running which reads nothing', async () => {
    const message = await failure(untilStreaming('feed', signs(never, 1).all, limits))
    expect(message).to.match(
      /^feed does not stream after 30 ms: the server sends it no binary log;/,
    )
    expect(message).to.match(/Connect says: RUNNING.*never be sent; see the log of connect$/)
  })

  it('does not believe one that would begin anew after a restart', async () => {
    const message = await failure(untilStreaming('feed', signs(1, never).all, limits))
    expect(message).to.include('Connect has not stored where it would go on')
  })

  it('goes on looking when a sign cannot be read, and says why in the end', async () => {
    const refused = async (): Promise<never> => {
      throw new Error('no answer')
    }
    const away = signs(1, 1, { isReading: refused, state: refused })
    expect(await failure(untilStreaming('feed', away.all, limits))).to.include(
      'the server sends it no binary log (no answer); Connect says: no answer.',
    )
    let looks = 0
    const back = signs(1, 1, { isReading: () => (++looks < 3 ? refused() : Promise.resolve(true)) })
    await untilStreaming('feed', back.all, { timeoutMs: 10_000, everyMs: 1 })
  })
})
