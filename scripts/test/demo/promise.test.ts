import { expect } from 'chai'
import { brokenPromises, unkept } from '../../src/demo/promise.ts'

const good = {
  requests: 10_000,
  requestsPerSecond: 100,
  writes: 3_000,
  domainWrites: 2_500,
  ownReads: 1_500,
  failedRequests: 0,
  lostWrites: 0,
  doubledWrites: 0,
  unknownWrites: 0,
  staleReads: 0,
  refusedJobWrites: 3,
  jobWrites: 20,
  heldRequests: 8,
  heldP99Ms: 90,
  heldMaxMs: 120,
  lagP50Ms: 20,
  lagP99Ms: 80,
  lagDuringBackfillP99Ms: 600,
  backfillRowsPerSecond: 9_000,
  transfers: [
    { domains: ['catalog'], kind: 'cutover', outcome: 'completed', pauseMs: 60, steps: {} },
  ],
  verified: true,
  seconds: 100,
  kills: [],
} as const
const proof = { minHeld: 5, failuresAllowed: false }

describe('brokenPromises', () => {
  it('finds nothing in a run that kept the promise', () => {
    expect(brokenPromises(good, proof)).to.deep.equal([])
  })

  for (const [field, value] of Object.entries({
    failedRequests: 1,
    lostWrites: 1,
    doubledWrites: 1,
    staleReads: 1,
    verified: false,
    refusedJobWrites: 0,
    writes: 2_000,
    domainWrites: 1_900,
    ownReads: 900,
    heldRequests: 4,
    seconds: Number.NaN,
  })) {
    it(`convicts a run whose ${field} is ${value}`, () => {
      expect(brokenPromises({ ...good, [field]: value }, proof)).to.not.deep.equal([])
    })
  }

  it('allows failed requests, and nothing else, when a process was killed', () => {
    const killed = { minHeld: 5, failuresAllowed: true }
    expect(brokenPromises({ ...good, failedRequests: 4 }, killed)).to.deep.equal([])
    expect(brokenPromises({ ...good, lostWrites: 1 }, killed)).to.have.length(1)
  })

  it('says broken only when something was broken', () => {
    const short = brokenPromises({ ...good, heldRequests: 1 }, proof)
    expect(unkept(short)).to.equal('The promise was not proven')
    const lost = brokenPromises({ ...good, heldRequests: 1, lostWrites: 1 }, proof)
    expect(unkept(lost)).to.equal('The promise was broken')
  })
})
