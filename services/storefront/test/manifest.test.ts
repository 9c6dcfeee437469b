import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parse } from 'yaml'
import { pages } from '../src/app.ts'

interface Route {
  readonly path: string
  readonly methods: readonly string[]
  readonly side?: string
}

describe('the manifest', () => {
  const text = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
  const { routes } = parse(text('../manifest.yaml')) as { routes: readonly Route[] }
  const spelled = (some: readonly Route[]): string[] =>
    some.flatMap(({ path, methods }) => methods.map((method) => `${method} ${path}`)).sort()

  /** The pages and forms of the old shop, as its routers name them. */
  const folder = '../../../monolith/src/pages/'
  const old = readdirSync(new URL(folder, import.meta.url))
    .filter((name) => name.endsWith('Pages.ts'))
    .flatMap((name) => [...text(`${folder}${name}`).matchAll(/router\.(get|post)\('([^']+)'/g)])
    .map(([, method = '', path]) => `${method.toUpperCase()} ${path}`)
  const isOld = (route: string): boolean => old.includes(route) || route === 'GET /assets/*'

  it('names every page and form, and no other', () => {
    const ours = pages.map(({ method, path }) => `${method.toUpperCase()} ${path}`)
    expect(spelled(routes)).to.deep.equal([...ours, 'GET /assets/*'].sort())
  })

  it('keeps at the service what the old shop does not have, and only that', () => {
    expect(old).to.have.length.greaterThan(20)
    const kept = spelled(routes).filter(isOld)
    expect(kept).to.deep.equal([...old, 'GET /assets/*'].sort())
    for (const route of routes) {
      for (const one of spelled([route])) {
        expect(isOld(one), one).to.equal(route.side !== 'service')
      }
    }
  })

  it('demands a token of exactly the forms that the old shop does not render', () => {
    const anonymous = /^\/account\/(?:forgot|reset|verify)$/
    for (const page of pages.filter(({ method }) => method === 'post')) {
      const isNew = !isOld(`POST ${page.path}`) && !anonymous.test(page.path)
      expect(page.token === true, page.path).to.equal(isNew)
    }
  })
})
