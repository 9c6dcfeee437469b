/**
 * Signs a tester's choice of a side: the one file that imports jose. The edge's counterpart is
 * `edge-proxy/src/shadow/testers.ts`; what both must agree on stands in `@matapalo/core`.
 *
 * @module
 */
import { type SideChoice, sideToken } from '@matapalo/core'
import { SignJWT } from 'jose'

export interface SignedChoice {
  readonly value: string
  readonly until: Date
}

/** @param now ms since 1970 */
export async function signChoice(
  { side, domains }: SideChoice,
  key: string,
  lifetimeSeconds: number,
  now: number,
): Promise<SignedChoice> {
  const made = Math.floor(now / 1000)
  const end = made + lifetimeSeconds
  const value = await new SignJWT({ side, domains })
    .setProtectedHeader({ alg: 'HS256', typ: sideToken.typ })
    .setIssuer(sideToken.issuer)
    .setAudience(sideToken.audience)
    .setIssuedAt(made)
    .setExpirationTime(end)
    .sign(new TextEncoder().encode(key))
  return { value, until: new Date(end * 1000) }
}
