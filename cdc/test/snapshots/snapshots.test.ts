import { expect } from 'chai'
import {
  askedStatus,
  progressOf,
  type SnapshotRun,
  throttle,
  withNotice,
} from '../../src/snapshots.ts'

const run: SnapshotRun = {
  id: 'mp-1',
  domain: 'catalog',
  side: 'monolith',
  schema: 'bookshop',
  tables: ['books'],
  startedAt: 0,
  noticesFrom: '0',
  estimatedRows: 1000,
  rowsBefore: '500',
}

const notice = (type: string, data: object = {}, id = 'mp-1'): string =>
  JSON.stringify({ id, type, aggregate_type: 'Incremental Snapshot', additional_data: data })

const fold = (...texts: readonly string[]) =>
  texts.reduce((status, text) => withNotice(status, run, text), askedStatus)

describe('snapshot notices', () => {
  const scanned = { scanned_collection: 'bookshop.books', total_rows_scanned: '1000' }

  it('tell running, paused and completed', () => {
    expect(fold().phase).to.equal('asked')
    expect(fold(notice('STARTED')).phase).to.equal('running')
    expect(fold(notice('STARTED'), notice('PAUSED')).phase).to.equal('paused')
    const done = fold(
      notice('STARTED'),
      notice('TABLE_SCAN_COMPLETED', { ...scanned, status: 'SUCCEEDED' }),
      notice('COMPLETED'),
    )
    expect(done.phase).to.equal('completed')
    expect(done.scanned).to.deep.equal({ 'bookshop.books': 1000 })
  })

  it('call a snapshot aborted when one of its tables was given up', () => {
    const status = fold(
      notice('TABLE_SCAN_COMPLETED', { ...scanned, status: 'NO_PRIMARY_KEY' }),
      notice('COMPLETED'),
    )
    expect(status.phase).to.equal('aborted')
    expect(status.failed).to.deep.equal({ 'bookshop.books': 'NO_PRIMARY_KEY' })
  })

  it('take an empty table as done', () => {
    const empty = { ...scanned, total_rows_scanned: '0', status: 'EMPTY' }
    expect(fold(notice('TABLE_SCAN_COMPLETED', empty), notice('COMPLETED')).phase).to.equal(
      'completed',
    )
  })

  it('leave a completed snapshot completed when somebody resumes it', () => {
    expect(fold(notice('STARTED'), notice('COMPLETED'), notice('RESUMED')).phase).to.equal(
      'completed',
    )
  })

  it('pass over other snapshots and what is no notice', () => {
    expect(fold(notice('COMPLETED', {}, 'other'), 'not json', '{}')).to.equal(askedStatus)
  })
})

describe('progressOf', () => {
  it('counts what the target has committed since the snapshot began', () => {
    const progress = progressOf(run, [
      { atMs: 0, snapshotRows: 500n },
      { atMs: 2000, snapshotRows: 900n },
    ])
    expect(progress).to.deep.equal({
      rows: 400,
      estimatedRows: 1000,
      percent: 40,
      rowsPerSecond: 200,
      etaSeconds: 3,
    })
  })

  it('never says 100 % before it is complete, however wrong the estimate', () => {
    const samples = [{ atMs: 0, snapshotRows: 9_000n }]
    expect(progressOf(run, samples).percent).to.equal(99)
    expect(progressOf(run, samples, true).percent).to.equal(100)
  })

  it('gives no arrival time while nothing moves', () => {
    expect(progressOf(run, []).etaSeconds).to.equal(null)
  })
})

describe('throttle', () => {
  it('pauses above the lag limit, resumes well below it, and keeps between', () => {
    expect(throttle(601, false)).to.equal('pause')
    expect(throttle(599, false)).to.equal('keep')
    expect(throttle(401, true)).to.equal('keep')
    expect(throttle(399, true)).to.equal('resume')
  })

  it('pauses when the lag is not known', () => {
    expect(throttle(null, false)).to.equal('pause')
    expect(throttle(null, true)).to.equal('keep')
  })
})
