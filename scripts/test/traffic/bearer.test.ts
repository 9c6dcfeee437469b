import { expect } from 'chai'
import { BearerCredential } from '../../src/traffic/bearer.ts'
import { type Answer, type Ask, type Edges, Unanswered } from '../../src/traffic/edges.ts'
import { createRandom } from '../../src/traffic/random.ts'
import { Tally } from '../../src/traffic/tally.ts'

const answer = (status: number, body: unknown = {}): Answer => ({
  status,
  headers: {},
  body: JSON.stringify(body),
  ms: 1,
  edge: 0,
})
const tokens = (n: number) => ({
  access_token: `access-${n}`,
  refresh_token: `refresh-${n}`,
  expires_in: 30,
})

/** A credential whose tokens are due at once; the provider answers in turn. */
function bearer(...answers: readonly (Answer | Error)[]) {
  const asked: string[] = []
  const tally = new Tally()
  // Only `ask` is used.
  const edges = {
    async ask(_turn: number, { form }: Ask) {
      const next = answers[asked.length]
      asked.push(form?.refresh_token ?? '')
      if (next === undefined || next instanceof Error) throw next ?? new Error('not expected')
      return next
    },
  } as unknown as Edges
  const first = { access: 'access-1', refresh: 'refresh-1', lifeMs: 30_000 }
  const ports = { edges, tally, random: createRandom(1) }
  const credential = new BearerCredential('one', 0, ports, first)
  credential.hurry(0)
  return { credential, tally, asked }
}

describe('BearerCredential', () => {
  it('renews its tokens before they run out, and uses each refresh token once', async () => {
    const { credential, asked, tally } = bearer(answer(200, tokens(2)), answer(200, tokens(3)))
    expect(await credential.headers()).to.deep.equal({ authorization: 'Bearer access-2' })
    expect(await credential.headers()).to.deep.equal({ authorization: 'Bearer access-2' })
    credential.hurry(0)
    await credential.headers()
    expect(asked).to.deep.equal(['refresh-1', 'refresh-2'])
    expect(tally.refreshes).to.equal(2)
  })

  it('repeats a refresh that was not answered with the same token', async () => {
    const { credential, asked, tally } = bearer(
      new Unanswered('ECONNRESET'),
      answer(200, tokens(2)),
    )
    expect(await credential.headers()).to.deep.equal({ authorization: 'Bearer access-2' })
    expect(asked).to.deep.equal(['refresh-1', 'refresh-1'])
    expect([tally.failedRequests, tally.forcedLogouts]).to.deep.equal([1, 0])
  })

  it('calls a refused refresh a forced logout', async () => {
    const { credential, tally } = bearer(answer(400, { error: 'invalid_grant' }))
    await credential.headers()
    expect([tally.forcedLogouts, credential.live]).to.deep.equal([1, false])
  })

  it('asks again when the provider is busy', async () => {
    const { credential, tally } = bearer(answer(503), answer(200, tokens(2)))
    expect(await credential.headers()).to.deep.equal({ authorization: 'Bearer access-2' })
    expect([tally.failedRequests, tally.forcedLogouts]).to.deep.equal([1, 0])
  })
})
