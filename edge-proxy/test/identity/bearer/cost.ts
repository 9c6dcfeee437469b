/**
 * What a bearer token costs the edge: `node edge-proxy/test/identity/bearer/cost.ts`. Microseconds
 * per request, one thread; the median of five rounds.
 *
 * @module
 */
import { tokenKinds } from '../../../../services/kit/test/tokenKinds.ts'
import { upstreamFields } from '../../../src/forward/headers.ts'
import type { Bearer } from '../../../src/identity/bearer/claims.ts'
import { bearerFields } from '../../../src/identity/bearer/fields.ts'
import { credentialsOf } from '../../../src/identity/subject.ts'
import { bearersOf, newIssuer, penOf } from './issuer.ts'

const issuer = await newIssuer()
const bearers = bearersOf(issuer)
const field = `Bearer ${await issuer.token()}`
const fresh = await Promise.all(
  Array.from({ length: 2_000 }, async (_, i) => `Bearer ${await issuer.token({ jti: `${i}` })}`),
)
const bearer = (await bearers.of(field)) as Bearer
const cookie = 'sid=ana; theme=dark'
const sent = ['Host', 'shop', 'User-Agent', 'x', 'Accept', '*/*', 'Authorization', field]
const from = {
  host: 'shop',
  remoteAddress: '127.0.0.1',
  scheme: 'http',
  requestId: 'r',
  traceparent: 't',
} as const

async function measure(name: string, count: number, once: (i: number) => unknown): Promise<void> {
  const rounds: number[] = []
  for (let round = 0; round < 5; round++) {
    const begun = performance.now()
    for (let i = 0; i < count; i++) {
      const done = once(i)
      if (done instanceof Promise) await done.catch(() => undefined)
    }
    rounds.push(((performance.now() - begun) * 1000) / count)
  }
  const median = rounds.sort((a, b) => a - b)[2] as number
  console.log(`${median.toFixed(1).padStart(8)}  ${name}`)
}

await measure('a cookie: its subject', 20_000, () => credentialsOf({ cookie }, 'sid'))
await measure('a token that is remembered', 20_000, () => bearers.of(field))
await measure('the fields without a bearer', 20_000, () => upstreamFields(sent, from))
await measure('the fields of a bearer', 20_000, () =>
  bearerFields(upstreamFields(sent, from), {
    ...{ bearer, side: 'service', sessionCookie: 'sid', bridged: undefined, now: Date.now() },
  }),
)
const verifier = [bearersOf(issuer), bearersOf(issuer), bearersOf(issuer), bearersOf(issuer)]
verifier.push(bearersOf(issuer))
let round = -1
await measure('a token seen for the first time', 2_000, (i) => {
  if (i === 0) round++
  return verifier[round]?.of(fresh[i])
})
for (const kind of ['ES256 of a stranger', 'kid that climbs', 'stray bits in the signature']) {
  const forged = `Bearer ${tokenKinds[kind]?.(penOf(issuer))}`
  await measure(`refused: ${kind}`, 1_000, () => bearers.of(forged))
}
