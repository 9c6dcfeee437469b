/**
 * Wires who calls: introspection of cookies, signed identities, and, where an issuer is named,
 * bearer tokens with the sessions that stand for them.
 *
 * @module
 */
import type { Log } from '@matapalo/runtime'
import type { EdgeConfig } from '../config.ts'
import { openSigner } from '../identity/assertion.ts'
import { askBridge } from '../identity/bearer/askBridge.ts'
import { Bearers } from '../identity/bearer/bearers.ts'
import { Bridge } from '../identity/bearer/bridge.ts'
import { fetchKeys, RemoteKeys } from '../identity/bearer/keys.ts'
import { Callers } from '../identity/callers.ts'
import { Introspection } from '../identity/introspection.ts'
import { legacySession } from '../identity/legacySession.ts'
import { askOwner, type OwnerParts } from '../identity/owner.ts'
import { issuerOf } from '../identity/settings.ts'
import { cookieSubject } from '../identity/subject.ts'

/** Between two clocks, s; the services allow the same. */
const toleranceSeconds = 5

export async function wireCallers(
  config: EdgeConfig,
  owner: OwnerParts,
  log: Log,
): Promise<Callers> {
  const ask = askOwner(owner)
  const signer = await openSigner(config.identityKey)
  const { introspectPath, sessionCookie, identityTtl, bridgePath, programSession } = config
  const introspection = new Introspection(
    legacySession(ask, introspectPath, sessionCookie),
    identityTtl,
  )
  const issuer = issuerOf(config)
  if (issuer === undefined) return new Callers({ introspection, signer, tokens: undefined })
  const keys = new RemoteKeys({
    fetchKeys: fetchKeys(issuer.keysUrl),
    onFailure: (err) => log.warn({ err, url: issuer.keysUrl.href }, 'keys.unavailable'),
  })
  keys.start()
  const tokens = {
    bearers: new Bearers(keys.find, { ...issuer, toleranceSeconds }),
    bridge: new Bridge(askBridge(ask, signer, bridgePath)),
    programs:
      programSession === undefined
        ? undefined
        : { cookie: programSession, subject: cookieSubject(programSession) },
  }
  return new Callers({ introspection, signer, tokens })
}
