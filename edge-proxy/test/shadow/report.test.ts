import { silentLog } from '@matapalo/runtime'
import { expect } from 'chai'
import { Reporter } from '../../src/shadow/report.ts'
import { type RouteReport, type SeenSample, Tallies } from '../../src/shadow/tallies.ts'

const at = (route: string, round = 1) => ({ domain: 'catalog', round, route })
const sample = (path: string): SeenSample => ({
  ...{ kind: 'value', path, control: 'a', candidate: 'b' },
  ...{ outcome: 'mismatch', at: new Date(0).toISOString(), requestId: 'r' },
})

describe('Reporter', () => {
  it('tells totals of what has changed, some routes at a time', async () => {
    const sent: (readonly RouteReport[])[] = []
    const tallies = new Tallies()
    const reporter = new Reporter(tallies, async (reports) => void sent.push(reports), silentLog)
    for (let n = 0; n < 12; n++) tallies.count(at(`r${n}`), 'equal')
    await reporter.tell()
    expect(sent.map((some) => some.length)).to.deep.equal([10, 2])
    await reporter.tell()
    expect(sent).to.have.length(2)
    tallies.count(at('r1'), 'racing')
    await reporter.tell()
    expect(sent[2]).to.have.length(1)
    expect(sent[2]?.[0]?.tally).to.deep.include({ equal: 1, racing: 1 })
  })

  it('tells again what was not taken, with what came since', async () => {
    let up = false
    let sent: readonly RouteReport[] = []
    const tallies = new Tallies()
    const reporter = new Reporter(
      tallies,
      async (reports) => {
        if (!up) throw new Error('down')
        sent = reports
      },
      silentLog,
    )
    tallies.count(at('r1'), 'equal')
    await reporter.tell()
    tallies.count(at('r1'), 'equal')
    up = true
    await reporter.tell()
    expect(sent[0]?.tally.equal).to.equal(2)
  })

  it('forgets an older round, and counts nothing for it any more', () => {
    const tallies = new Tallies()
    tallies.count(at('r1', 1), 'equal')
    tallies.count(at('r1', 2), 'mismatch', [sample('$.a')])
    tallies.count(at('r1', 1), 'equal')
    expect(tallies.reports()).to.have.length(1)
    expect(tallies.reports()[0]).to.deep.include({ round: 2, fields: ['$.a'] })
    expect(tallies.reports()[0]?.tally.equal).to.equal(0)
  })

  it('keeps few samples and fields, however many there are', () => {
    const tallies = new Tallies()
    for (let n = 0; n < 500; n++) tallies.count(at('r1'), 'mismatch', [sample(`$.f${n % 100}`)])
    const [report] = tallies.reports()
    expect(report?.fields).to.have.length(20)
    expect(report?.samples.length).to.be.at.most(60)
    expect(report?.tally.mismatch).to.equal(500)
  })
})
