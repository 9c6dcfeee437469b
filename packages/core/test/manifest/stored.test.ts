import { expect } from 'chai'
import {
  type Manifest,
  type Project,
  parseManifest,
  parseProject,
  projectRecord,
  storedManifest,
  storedProject,
} from '../../src/index.ts'

const yaml = 'domain: pages\nupstream: web\nroutes:\n  - { path: /help, methods: [GET] }\n'

const manifestOf = (text: string): Manifest => {
  const parsed = parseManifest(text, 'pages.yaml')
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return parsed.manifest
}

/** As an older version, which did not know these fields, would have written it. */
const older = (manifest: Manifest): string => {
  const { drains, parity, serviceOnly, ...rest } = manifest
  return JSON.stringify(rest)
}

describe('a manifest in the ledger', () => {
  it('is what its text says today, whatever an older version made of it', () => {
    const stored = storedManifest({ yaml, json: older(manifestOf(yaml)) })
    expect(stored.problems).to.deep.equal([])
    expect(stored.manifest).to.deep.equal(manifestOf(yaml))
  })

  it('goes on as it was, with the defaults of today, when its text is refused', () => {
    const stored = storedManifest({
      yaml: `${yaml}settle: soon\n`,
      json: older(manifestOf(yaml)),
    })
    expect(stored.manifest).to.deep.equal(manifestOf(yaml))
    const [problem] = stored.problems
    expect(problem).to.include({ file: 'pages.yaml', line: 5 })
  })

  it('may have no text, in rows of versions that did not keep it', () => {
    const stored = storedManifest({ yaml: '', json: older(manifestOf(yaml)) })
    expect(stored).to.deep.equal({ manifest: manifestOf(yaml), problems: [] })
  })
})

describe('a project in the ledger', () => {
  const text = [
    'project: shop',
    'databases:',
    `  monolith: { host: "\${DB_HOST}", port: 3306 }`,
    '  services: { host: db, port: 3306 }',
    'upstreams: { monolith: ["http://m:1"] }',
    'session: { cookie: sid, introspect: /api/session }',
    '',
  ].join('\n')
  const variables = { DB_HOST: 'one', SECRET: 'x' }
  const parsed = parseProject(text, 'matapalo.yaml', variables)
  const project = 'project' in parsed ? parsed.project : null

  it('is read from its text with the values it was registered with', () => {
    expect(parsed).to.have.property('project')
    const record = projectRecord(text, project as Project, variables)
    expect(record.variables).to.deep.equal({ DB_HOST: 'one' })
    const { unlisted, ...rest } = record
    expect(storedProject({ yaml: text, json: JSON.stringify(rest) })).to.deep.equal(project)
  })

  it('stays as it was where its values were not kept', () => {
    expect(storedProject({ yaml: text, json: JSON.stringify(project) })).to.deep.equal(project)
  })
})
