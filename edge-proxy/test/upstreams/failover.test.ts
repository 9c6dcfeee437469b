import { expect } from 'chai'
import { get, ok, post, type WireUpstream, wireClient, wireUpstream } from '../conformance/wire.ts'
import { type TestEdge, testEdge } from '../harness.ts'

for (const forwarder of ['undici', 'middleware'] as const) {
  describe(`Several replicas over ${forwarder}`, () => {
    let replicas: WireUpstream[]
    let edge: TestEdge
    let heads: string[]

    /** The first one does as told, the second one answers. */
    const open = async (first: Parameters<typeof wireUpstream>[0]): Promise<void> => {
      heads = []
      const one = await wireUpstream((visit) => {
        heads.push(`first ${visit.head.split(' ')[0]}`)
        first(visit)
      })
      const two = await wireUpstream(({ socket, head }) => {
        heads.push(`second ${head.split(' ')[0]}`)
        socket.write(ok('sound'))
      })
      replicas = [one, two]
      const monolith = replicas.map(({ url }) => url)
      edge = await testEdge({ monolith, forwarder, connectMaxMs: 2_000 })
    }
    afterEach(async () => {
      await edge.stop()
      for (const replica of replicas) await replica.stop()
    })
    const ask = async (octets: string): Promise<string> => {
      const client = wireClient(edge.url)
      client.write(octets)
      const text = await client.see(/^HTTP\/1.1 \d+ .*\r\n\r\n./s)
      client.socket.destroy()
      return text.slice(9, 12)
    }

    it('serve on without a failure when one is gone, and soon without asking it', async () => {
      await open(() => undefined)
      await replicas[0]?.stop()
      for (let i = 0; i < 20; i++) expect(await ask(get())).to.equal('200')
      expect(heads.length).to.equal(20)
      replicas = replicas.slice(1)
    })

    it('send a declared read again elsewhere after a reset', async () => {
      await open(({ socket }) => socket.resetAndDestroy())
      const statuses: string[] = []
      for (let i = 0; i < 4; i++) statuses.push(await ask(get('/books/1')))
      expect(new Set(statuses)).to.deep.equal(new Set(['200']))
      expect(heads).to.include('first GET')
    })

    for (const [what, octets] of [
      ['write', post('x')],
      ['read that nobody declared', get()],
    ] as const) {
      it(`never send a ${what} again`, async () => {
        await open(({ socket }) => socket.resetAndDestroy())
        const statuses: string[] = []
        for (let i = 0; i < 4; i++) statuses.push(await ask(octets))
        expect(statuses.filter((status) => status === '502').length).to.equal(
          heads.filter((head) => head.startsWith('first')).length,
        )
        expect(heads.length).to.equal(4)
        expect(statuses).to.include('502')
      })
    }

    it('take one out that answers 500 five times in a row', async () => {
      await open(({ socket }) => socket.write('HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\noh'))
      const statuses: string[] = []
      for (let i = 0; i < 40; i++) statuses.push(await ask(get()))
      expect(statuses.filter((status) => status === '500').length).to.equal(5)
      expect(statuses.slice(-25)).not.to.include('500')
    })
  })
}
