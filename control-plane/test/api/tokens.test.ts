import { silentLog } from '@matapalo/runtime'
import { expect } from 'chai'
import request from 'supertest'
import { apiRoutes, type Served } from '../../src/api/index.ts'
import { bearer, createApp } from '../../src/api/server.ts'

/** Open to everybody: nothing in them is secret. */
const open = ['/healthz', '/metrics', '/readyz']
/** Opened by the edges' token, which opens nothing else. */
const edges = ['/v1/edges/:id/ack', '/v1/edges/:id/parity', '/v1/edges/:id/stream']

interface Route {
  readonly path: string
  readonly methods: Readonly<Record<string, boolean>>
}

describe('the tokens of the API', () => {
  // Whoever gets past a token meets nothing here, and is answered something else than 401.
  const served = { control: {}, backfills: {}, conductor: {} } as Served
  const tokens = { operator: bearer('operator-token'), edge: bearer('edge-token') }
  const app = createApp(silentLog, (express) => apiRoutes(express, tokens, served))
  // Express keeps its routes in layers, which its types do not tell.
  const layers = app.router.stack as unknown as readonly { readonly route?: Route }[]
  const routes = layers.flatMap(({ route }) =>
    route === undefined
      ? []
      : Object.keys(route.methods).map((method) => ({ method, path: route.path })),
  )

  const ask = async (method: string, path: string, authorization?: string) => {
    const at = path.replace(':name', 'catalog').replace(':id', '1')
    const asked = method === 'get' ? request(app).get(at) : request(app).post(at).send({})
    const { status, body } = await (authorization === undefined
      ? asked
      : asked.set('authorization', authorization))
    return { status, code: (body as { error?: { code: string } }).error?.code }
  }

  it('are asked for by every route but health, readiness and metrics', () => {
    const paths = routes.map(({ path }) => path)
    expect(paths).to.include.members([...open, ...edges])
    expect(routes.length).to.be.above(20)
    expect(routes.every(({ method }) => ['get', 'post'].includes(method))).to.equal(true)
  })

  for (const { method, path } of routes.filter(({ path }) => !open.includes(path)))
    it(`${method.toUpperCase()} ${path} is refused without one, with a wrong one, and with the other's`, async () => {
      const [own, other] = edges.includes(path)
        ? ['edge-token', 'operator-token']
        : ['operator-token', 'edge-token']
      const refused = { status: 401, code: 'MATAPALO_UNAUTHORISED' }
      for (const given of [undefined, 'Bearer ', 'Bearer wrong', own, `Basic ${own}`])
        expect(await ask(method, path, given), given).to.deep.equal(refused)
      expect(await ask(method, path, `Bearer ${other}`)).to.deep.equal(refused)
      expect((await ask(method, path, `Bearer ${own}`)).status).to.not.equal(401)
    })
})
