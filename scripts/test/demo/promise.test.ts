import { expect } from 'chai'
import { brokenPromises, shopProof, unkept } from '../../src/demo/promise.ts'

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
  forcedLogouts: 0,
  flips: [],
  stockConserved: true,
  paidOrders: 40,
  paidWithoutStock: 0,
  monolithOff: false,
  afterTheEnd: null,
  sessions: { cookies: 84, bearers: 0 },
  browser: { purchases: 0, skipped: 'only the catalogue moves' },
  domains: {},
  stages: [],
  pssMiB: 2000,
  seconds: 100,
  kills: [],
  missedKills: [],
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
    forcedLogouts: 1,
    stockConserved: false,
    paidWithoutStock: 1,
    verified: false,
    refusedJobWrites: 0,
    writes: 2_000,
    domainWrites: 1_900,
    ownReads: 900,
    heldRequests: 4,
    seconds: Number.NaN,
    missedKills: ['kafka@9999'],
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

const part = {
  requests: 2_500,
  writes: 900,
  ownReads: 400,
  failedRequests: 0,
  lostWrites: 0,
  doubledWrites: 0,
  unknownWrites: 0,
  staleReads: 0,
  forcedLogouts: 0,
  backfillRowsPerSecond: 4_000,
  verified: true,
} as const
const flip = {
  domains: ['orders', 'support'],
  kind: 'cutover',
  openPayments: 30,
  callbacks: 5,
  checkouts: 1,
  refreshes: 12,
} as const
const afterTheEnd = {
  ...{ seconds: 60, requests: 7_000, failedRequests: 0, purchases: 1 },
  evidence: { proven: 30, seen: 2, unknown: 4 },
}
const wholeShop = {
  ...good,
  writes: 3_600,
  flips: [flip],
  monolithOff: true,
  afterTheEnd,
  sessions: { cookies: 42, bearers: 42 },
  browser: { purchases: 2, skipped: null },
  domains: { catalog: part, users: part, orders: part, support: part, storefront: part },
}
const shop = { ...proof, shop: shopProof }

describe('brokenPromises, of the whole shop', () => {
  it('finds nothing in a run that kept the promise', () => {
    expect(brokenPromises(wholeShop, shop)).to.deep.equal([])
  })

  it('asks no purchases of a browser that is not there', () => {
    const browser = { purchases: 0, skipped: 'no Chromium is installed' }
    expect(brokenPromises({ ...wholeShop, browser }, shop)).to.deep.equal([])
  })

  for (const [what, change] of Object.entries({
    'the monolith still runs': { monolithOff: false },
    'held requests waited too long': { heldP99Ms: 501 },
    'too few writes': { writes: 2_900 },
    'too few cookies lasted': { sessions: { cookies: 19, bearers: 42 } },
    'too few tokens lasted': { sessions: { cookies: 42, bearers: 19 } },
    'no token was renewed around a transfer': { flips: [{ ...flip, refreshes: 0 }] },
    'too few payments were on their way': {
      flips: [{ ...flip, openPayments: 12, callbacks: 7, checkouts: 30 }],
    },
    'one domain was hardly written': {
      domains: { ...wholeShop.domains, support: { ...part, writes: 100 } },
    },
    'nothing was paid': { paidOrders: 0 },
    'the stack grew too large': { pssMiB: 4_100 },
    'hardly anything was asked after the end': { afterTheEnd: { ...afterTheEnd, requests: 1 } },
    'the browser bought nothing after the end': { afterTheEnd: { ...afterTheEnd, purchases: 0 } },
    'the browser bought nothing': { browser: { purchases: 0, skipped: null } },
  })) {
    it(`convicts a run where ${what}`, () => {
      expect(brokenPromises({ ...wholeShop, ...change }, shop)).to.have.length(1)
    })
  }
})
