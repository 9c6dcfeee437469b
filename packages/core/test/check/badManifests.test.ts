import { readdirSync, readFileSync } from 'node:fs'
import {
  checkAgainst,
  checkGrants,
  checkManifest,
  checkServer,
  type Manifest,
  type Problem,
  type Project,
  parseManifest,
  parseProject,
} from '@matapalo/core'
import { expect } from 'chai'
import { parse } from 'yaml'
import { type DatabasesDocument, factsOf, grantsOf, merged } from './databases.ts'

interface BadManifest {
  readonly title: string
  readonly edits?: readonly { readonly find: string; readonly replace: string }[]
  readonly facts?: unknown
  readonly others?: readonly string[]
  readonly project?: string
  readonly problems: readonly {
    readonly file?: string
    readonly at: string
    readonly says: string
    readonly remedy: string
  }[]
}

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')

function manifestOf(text: string, file: string): Manifest {
  const parsed = parseManifest(text, file)
  if ('problems' in parsed) throw new TypeError(JSON.stringify(parsed.problems))
  return parsed.manifest
}

function projectOf(text: string): Project {
  const parsed = parseProject(text, 'matapalo.yaml')
  if ('problems' in parsed) throw new TypeError(JSON.stringify(parsed.problems))
  return parsed.project
}

const accounts = {
  conductor: 'conductor',
  applier: 'applier',
  feed: 'feed',
}

/** All that register and prepare would say. */
function problemsOf(
  text: string,
  projectText: string,
  bad: Partial<BadManifest>,
): readonly Problem[] {
  const parsed = parseManifest(text, 'manifest.yaml')
  if ('problems' in parsed) return parsed.problems
  const { manifest } = parsed
  // The base file is ours.
  const base = parse(read('base/databases.yaml')) as DatabasesDocument
  const databases = merged(base, bad.facts ?? {}) as DatabasesDocument
  const project = projectOf(projectText)
  const others = (bad.others ?? []).map((other) => manifestOf(other, 'other.yaml'))
  return [
    ...checkManifest(manifest, factsOf(databases)),
    ...checkAgainst(manifest, others, project),
    ...checkServer(project, 'monolith', databases.server),
    ...checkGrants(manifest, 'monolith', grantsOf(databases.grants), accounts),
  ]
}

describe('a manifest', () => {
  const good = read('base/manifest.yaml')
  const project = read('base/matapalo.yaml')

  it('passes every check when all is well', () => {
    expect(problemsOf(good, project, {})).to.deep.equal([])
  })

  for (const file of readdirSync(new URL('cases/', import.meta.url)).sort()) {
    if (!file.endsWith('.yaml')) continue
    const bad = parse(read(`cases/${file}`)) as BadManifest
    it(`${bad.title} (${file})`, () => {
      let text = good
      for (const { find, replace } of bad.edits ?? []) {
        expect(text, 'the edit applies').to.include(find)
        text = text.replace(find, () => replace)
      }
      const projectText = project + (bad.project ?? '')
      const found = problemsOf(text, projectText, bad)
      const said = found.map(({ message }) => message).join('\n')
      expect(found.length, said).to.equal(bad.problems.length)
      for (const [index, wanted] of bad.problems.entries()) {
        const problem = found[index]
        expect(problem?.file).to.equal(wanted.file ?? 'manifest.yaml')
        const lines = (wanted.file === undefined ? text : projectText).split('\n')
        expect(lines[(problem?.line ?? 0) - 1], said).to.include(wanted.at)
        expect(problem?.message).to.include(wanted.says)
        expect(problem?.remedy).to.include(wanted.remedy)
        expect(problem?.column).to.be.greaterThan(0)
      }
    })
  }
})
