import { readFileSync } from 'node:fs'
import { parseManifest } from '@matapalo/core'
import { expect } from 'chai'

const file = 'services/catalog/manifest.yaml'
const yaml = readFileSync(new URL(`../../../../${file}`, import.meta.url), 'utf8')
const withJob = (job: string) =>
  parseManifest(yaml.replace(/^jobs:\n.*\n/m, `jobs:\n  restock: ${job}\n`), file)

describe('jobs of a manifest', () => {
  it('are a reason, or a reason with account and tables', () => {
    const short = withJob('SQL only, tries again')
    const long = withJob('{ why: SQL only, account: cron, tables: [books, job_log] }')
    if (!('manifest' in short) || !('manifest' in long)) throw new Error('refused')
    expect(short.manifest.jobs).to.deep.equal({
      restock: { why: 'SQL only, tries again', account: null, tables: null },
    })
    expect(long.manifest.jobs).to.deep.equal({
      restock: { why: 'SQL only', account: 'cron', tables: ['books', 'job_log'] },
    })
  })

  it('are refused without a reason, with their line', () => {
    const read = withJob('{ tables: [books] }')
    if (!('problems' in read)) throw new Error('accepted')
    expect(read.problems[0]?.path).to.match(/^jobs\.restock/)
    expect(read.problems[0]?.line).to.be.greaterThan(1)
  })
})
