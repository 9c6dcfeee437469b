import type { ApplierState } from '@matapalo/cdc/applierState'
import { expect } from 'chai'
import {
  diagnose,
  type FeedFacts,
  type SilentFacts,
  type Trouble,
} from '../../src/feed/diagnose.ts'

const state: ApplierState = {
  domain: 'catalog',
  direction: 'reverse',
  mode: 'audit',
  term: 1,
  token: 9n,
  topicId: 'topic-1',
  offset: 1n,
  generation: 'g',
  position: null,
  rogue: 0n,
  applied: 0n,
  snapshotRows: 0n,
  status: 'running',
  reason: null,
  ageMs: 90,
}
const well: FeedFacts = {
  domain: 'catalog',
  direction: 'reverse',
  connectorName: 'matapalo-services',
  expected: true,
  connector: { state: 'RUNNING', reason: null },
  retryInMs: null,
  topic: { id: 'topic-1' },
  target: { state },
}
const silent: SilentFacts = { marked: true, moves: true, holder: { waitsFor: [], idleMs: 0 } }
const quiet = { target: { state: { ...state, ageMs: 6877 } } }
const failed = (reason: string) => ({ connector: { state: 'FAILED' as const, reason } })

describe('diagnose', () => {
  it('finds nothing where all is well, and nothing where no feed is expected', () => {
    expect(diagnose(well)).to.equal(null)
    expect(diagnose({ ...well, expected: false, connector: null, topic: null })).to.equal(null)
  })

  const cases: readonly (readonly [string, Partial<FeedFacts>, Trouble['state'], RegExp])[] = [
    ['a target that does not answer', { target: null }, 'targetDown', /monolith's database/],
    [
      'quarantine',
      { target: { state: { ...state, status: 'quarantined', reason: 'no such status' } } },
      'quarantined',
      /\(no such status\); run: matapalo quarantine catalog/,
    ],
    ['Kafka Connect that is stopped', { connector: null }, 'connectDown', /start it/],
    [
      'a connector that is not there',
      { connector: { state: 'MISSING', reason: null } },
      'connectorMissing',
      /matapalo backfill catalog --wait/,
    ],
    [
      'a failed connector',
      { ...failed('Access denied'), retryInMs: 3_200 },
      'connectorFailed',
      /has failed: Access denied; it is started again by itself in 4 s/,
    ],
    [
      'a binary log that is purged',
      failed('… but this is no longer available on the server.'),
      'binlogLost',
      /delete its offsets and resume it, then run: matapalo backfill catalog/,
    ],
    [
      'a connector that somebody paused',
      { connector: { state: 'PAUSED', reason: null } },
      'connectorPaused',
      /PUT \/connectors\/matapalo-services\/resume/,
    ],
    [
      'a connector between workers',
      { connector: { state: 'UNASSIGNED', reason: null } },
      'connectorMoving',
      /wait some seconds/,
    ],
    ['Kafka that is stopped', { topic: null }, 'kafkaDown', /start it/],
    ['a topic that was deleted', { topic: { id: null } }, 'topicMissing', /matapalo prepare/],
    ['a topic that was made anew', { topic: { id: 'topic-2' } }, 'topicRemade', /backfill/],
    ['an applier that never ran', { target: { state: null } }, 'notPrepared', /prepare/],
    [
      'an applier that ends with an error',
      { target: { state: { ...state, status: 'stopped', reason: 'token 9 came after 7' } } },
      'applierStopped',
      /token 9 came after 7/,
    ],
    [
      'a source that does not commit',
      { ...quiet, silent: { ...silent, marked: false } },
      'sourceDown',
      /no marker could be written/,
    ],
    [
      'a worker that is not there',
      { ...quiet, silent: { ...silent, holder: null } },
      'noWorker',
      /no cdc worker has the feed, nothing was applied for 7 s; start/,
    ],
    [
      'a worker that waits for a lock',
      { ...quiet, silent: { ...silent, holder: { waitsFor: ['connection 7'], idleMs: 0 } } },
      'applierBlocked',
      /waits for a lock of connection 7/,
    ],
    [
      'a connector that brings nothing',
      { ...quiet, silent: { ...silent, moves: false } },
      'connectorSilent',
      /runs by its own word, and nothing reaches Kafka/,
    ],
    [
      'a worker that is stopped',
      { ...quiet, silent: { ...silent, holder: { waitsFor: [], idleMs: 4_000 } } },
      'applierSlow',
      /its connection is idle/,
    ],
    ['a worker that is busy', { ...quiet, silent }, 'applierSlow', /long transaction/],
  ]
  for (const [name, facts, wanted, says] of cases) {
    it(`tells ${name}`, () => {
      const trouble = diagnose({ ...well, ...facts })
      expect(trouble?.state).to.equal(wanted)
      expect(`${trouble?.cause}; ${trouble?.remedy}`).to.match(says)
    })
  }
})
