import { expect } from 'chai'
import type { Request, Response } from 'express'
import { inTime, timeLeft, underDeadline, withDeadline } from '../src/deadline.ts'

const late = (): Error => new Error('late')
const slow = (ms: number): Promise<string> =>
  new Promise((resolve) => setTimeout(() => resolve('done'), ms))
const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    (value) => String(value),
    (error: Error) => error.message,
  )
const over = (): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (timeLeft() === 0) resolve()
      else setTimeout(look, 1)
    }
    look()
  })

describe('a deadline', () => {
  it('is infinite where nobody waits', async () => {
    expect(timeLeft()).to.equal(Number.POSITIVE_INFINITY)
    expect(await inTime(late, () => slow(1))).to.equal('done')
  })

  it('goes along with everything that the request does', async () => {
    const left = await withDeadline(60_000, async () => {
      await slow(1)
      return timeLeft()
    })
    expect(left).to.be.within(1, 60_000)
  })

  it('is that of each request alone', async () => {
    const handler = underDeadline(60_000)
    const lefts = [0, 1].map(() => {
      let left = 0
      // It looks at neither.
      handler({} as Request, {} as Response, () => {
        left = timeLeft()
      })
      return left
    })
    for (const left of lefts) expect(left).to.be.within(1, 60_000)
    expect(timeLeft()).to.equal(Number.POSITIVE_INFINITY)
  })

  it('is never later than one around it', () => {
    const inner = (outer: number, budget: number): number =>
      withDeadline(outer, () => withDeadline(budget, timeLeft))
    expect(inner(1_000, 60_000)).to.be.at.most(1_000)
    expect(inner(60_000, 1_000)).to.be.at.most(1_000)
  })

  it('ends the wait for work that takes longer', async () => {
    const ended = withDeadline(20, () => messageOf(inTime(late, () => slow(60_000))))
    expect(await ended).to.equal('late')
  })

  it('lets no work begin when it is over', async () => {
    let begun = false
    const ended = withDeadline(5, async () => {
      await over()
      return messageOf(
        inTime(late, async () => {
          begun = true
        }),
      )
    })
    expect([await ended, begun]).to.deep.equal(['late', false])
  })

  it('keeps what work gave or threw before it', async () => {
    expect(await withDeadline(60_000, () => inTime(late, () => slow(1)))).to.equal('done')
    const failing = (): Promise<never> => Promise.reject(new Error('its own'))
    const ended = withDeadline(60_000, () => messageOf(inTime(late, failing)))
    expect(await ended).to.equal('its own')
  })
})
