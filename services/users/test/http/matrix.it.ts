import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { type Answer, type Rig, startRig } from '../support/rig.ts'

/** Roles that satisfy each permission; generated from the document, checked against what is answered. */
interface Operation {
  readonly operationId: string
  readonly security?: readonly Record<string, unknown>[]
  readonly requestBody?: unknown
}

describe('who may do what to whom', function () {
  this.timeout(60_000)
  let rig: Rig
  const people = new Map<string, { id: number; cookie: string }>()

  const document = async () =>
    (await rig.ask('GET', '/openapi.json')).json as {
      paths: Record<string, Record<string, Operation>>
      components: {
        securitySchemes: Record<string, { 'x-roles'?: string[]; 'x-scopes'?: string[] }>
      }
    }
  const operations = async () =>
    Object.entries((await document()).paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([method]) => method !== 'parameters')
        .map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
    )

  before(async () => {
    rig = await startRig()
    for (const role of ['customer', 'other', 'agent', 'staff', 'admin']) {
      const one = await rig.register(`${role}@example.test`)
      if (!['customer', 'other'].includes(role)) await rig.grant(one.id, role)
      people.set(role, one)
    }
  })
  after(() => rig?.stop())

  it('is what the document says, for every role, operation and object', async () => {
    const { components } = await document()
    const victim = people.get('other')
    let asked = 0
    for (const { path, method, operation } of await operations()) {
      const demands = operation.security?.filter((one) => Object.keys(one).length > 0) ?? []
      const isOpen = operation.security === undefined || demands.length < operation.security.length
      if (isOpen) continue
      const scheme = components.securitySchemes[Object.keys(demands[0] ?? {})[0] ?? '']
      const url = path.replace('{id}', String(victim?.id)).replace('{sid}', 'x')
      for (const role of ['nobody', 'customer', 'other', 'agent', 'staff', 'admin']) {
        const cookie = people.get(role)?.cookie
        const allowed =
          cookie !== undefined &&
          (scheme?.['x-roles'] === undefined || scheme['x-roles'].includes(role))
        // An odd body: what is allowed stops at 400, before it changes anything.
        const body = operation.requestBody === undefined ? undefined : { odd: 1 }
        if (allowed && body === undefined && method !== 'GET') continue
        const answer: Answer = await rig.ask(method, url, body, cookie ? { cookie } : {})
        const label = `${role}: ${method} ${path} → ${answer.status}`
        asked += 1
        if (allowed) expect([200, 202, 400, 404], label).to.include(answer.status)
        else expect(answer.status, label).to.equal(cookie === undefined ? 401 : 403)
        if (!allowed)
          expect(JSON.stringify(answer.json), label).not.to.contain('other@example.test')
      }
    }
    expect(asked).to.be.above(80)
  })

  it('shows one’s own profile to oneself only: no operation names another’s', async () => {
    const mine = (await operations()).filter(({ path }) =>
      /profile|preferences|email|password/.test(path),
    )
    expect(mine.every(({ path }) => !path.includes('{'))).to.equal(true)
    const { cookie } = people.get('customer') ?? { cookie: '' }
    const own = await rig.ask('GET', '/api/profile?id=1&user_id=2', undefined, { cookie })
    expect(own.json.email).to.equal('customer@example.test')
  })

  it('owns every route that its manifest names', async () => {
    const file = new URL('../../manifest.yaml', import.meta.url)
    const described = (await operations()).map(
      ({ path, method }) => `${method} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
    )
    const named = [
      ...readFileSync(file, 'utf8').matchAll(/path: ([^,]+), methods: \[([^\]]+)\]/g),
    ].flatMap(([, path, methods]) => (methods ?? '').split(', ').map((one) => `${one} ${path}`))
    expect(named.filter((one) => !one.endsWith(' /identity/*'))).to.have.members(described)
  })
})
