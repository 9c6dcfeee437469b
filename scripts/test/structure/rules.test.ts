import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import {
  dependencyDirection,
  exampleKnowsNothing,
  namesSaySomething,
  oneFilePerEngine,
  readmeInEachFolder,
  staysInside,
} from '../../src/structure/rules.ts'
import type { SourceFile } from '../../src/structure/sources.ts'

const file = (folder: string, inside: string, ...specifiers: readonly string[]): SourceFile => ({
  path: `${folder}/${inside}`,
  workspace: { name: folder, folder, dependencies: [], devDependencies: [] },
  isTest: inside.startsWith('test/'),
  imports: specifiers.map((specifier) => ({ specifier, typeOnly: false })),
})
const root = '/somewhere'

describe('the structure rules', () => {
  it('convict an import against the direction, but not along it', () => {
    const files = [
      file('cdc', 'src/a.ts', '@matapalo/core', '@matapalo/control-plane'),
      file('edge-proxy', 'src/b.ts', '@matapalo/cdc/markers'),
    ]
    expect(dependencyDirection.check(root, files)).to.deep.equal([
      'cdc/src/a.ts imports @matapalo/control-plane',
    ])
  })

  it('convict a path that leaves the workspace, except in a test', () => {
    const outside = '../../scripts/src/stack/testing.ts'
    const files = [file('cdc', 'src/a.ts', outside), file('cdc', 'test/a.it.ts', outside)]
    expect(staysInside.check(root, files)).to.deep.equal([
      'cdc/src/a.ts reaches out to scripts/src/stack/testing.ts',
    ])
  })

  it('convict a service that knows the toolkit', () => {
    const files = [file('services/catalog', 'src/app.ts', '@matapalo/runtime', 'express')]
    expect(exampleKnowsNothing.check(root, files)).to.deep.equal([
      'services/catalog/src/app.ts imports @matapalo/runtime',
    ])
  })

  it('convict an engine known to two files of one workspace', () => {
    const files = [
      file('cdc', 'src/feed.ts', 'kafkajs'),
      file('cdc', 'src/topics.ts', 'kafkajs'),
      file('scripts', 'src/traffic/x.ts', 'kafkajs'),
    ]
    expect(oneFilePerEngine.check(root, files)).to.deep.equal([
      'cdc: kafkajs is imported in cdc/src/feed.ts, cdc/src/topics.ts',
    ])
  })

  it('convict names that say nothing', () => {
    const files = [
      file('cdc', 'src/utils.ts'),
      file('cdc', 'src/common/x.ts'),
      file('cdc', 'src/y.ts'),
    ]
    expect(namesSaySomething.check(root, files)).to.have.length(2)
  })

  it('convict a top folder and a workspace without a README, whatever their names', async () => {
    const root = await mkdtemp(join(tmpdir(), 'structure-'))
    try {
      for (const folder of ['deploy', 'packages/core', '.hidden', 'node_modules'])
        await mkdir(join(root, folder), { recursive: true })
      await writeFile(join(root, 'packages/README.md'), '# packages')
      const files = [file('packages/core', 'src/a.ts')]
      expect(readmeInEachFolder.check(root, files)).to.deep.equal([
        'deploy has no README.md',
        'packages/core has no README.md',
      ])
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  })
})
