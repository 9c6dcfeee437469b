/**
 * What an edge can be told about identities.
 *
 * @module
 */
import { type Config, ConfigInvalid, millis, type Settings, text, url } from '@matapalo/runtime'

/** Signatures only: a symmetric one would make every verifier an issuer. */
const known = ['ES256', 'ES384', 'ES512', 'EdDSA', 'PS256', 'PS384', 'PS512', 'RS256']

const algorithms = (value: string): readonly string[] => {
  const names = value.split(',').map((name) => name.trim())
  const odd = names.find((name) => !known.includes(name))
  if (odd !== undefined) throw new Error(`expected some of ${known.join(', ')}, not ${odd}`)
  return names
}

const issuer = (value: string): string => {
  // Compared as text with what stands in tokens, so it is kept as written.
  if (!URL.canParse(value)) throw new Error('expected a URL')
  return value
}

const pathWithSid = (value: string): string => {
  if (!value.startsWith('/') || !value.includes(':sid')) throw new Error('expected /…:sid…')
  return value
}

export const identitySettings = {
  identityKey: {
    env: 'EDGE_IDENTITY_KEY',
    parse: text,
    help: 'private Ed25519 key (PKCS #8 PEM or JWK) that signs identities for services',
  },
  sessionCookie: {
    env: 'SESSION_COOKIE',
    parse: text,
    default: 'sid',
    help: 'name of the legacy session cookie',
  },
  introspectPath: {
    env: 'INTROSPECT_PATH',
    parse: text,
    default: '/api/session',
    help: 'path that answers {user} for a session cookie; asked of whoever serves it',
  },
  identityTtl: {
    env: 'EDGE_IDENTITY_TTL_MS',
    parse: millis,
    default: 30_000,
    help: 'how long an introspected session is believed, ms (30000: a changed role works within half a minute; logout works at once)',
  },
  oidcIssuer: {
    env: 'EDGE_OIDC_ISSUER',
    parse: issuer,
    default: undefined as string | undefined,
    help: '`iss` of the access tokens that are believed; absent: bearer tokens pass untouched',
  },
  oidcKeysUrl: {
    env: 'EDGE_OIDC_JWKS_URL',
    parse: url,
    default: undefined as URL | undefined,
    help: "the issuer's JWKS, without redirects; absent: EDGE_OIDC_ISSUER and /jwks",
  },
  oidcAudience: {
    env: 'EDGE_OIDC_AUDIENCE',
    parse: text,
    default: undefined as string | undefined,
    help: '`aud` that a token must name; required with EDGE_OIDC_ISSUER',
  },
  oidcAlgorithms: {
    env: 'EDGE_OIDC_ALGORITHMS',
    parse: algorithms,
    default: ['ES256'] as readonly string[],
    help: 'signature algorithms that are allowed, comma-separated; for an issuer that cannot ES256',
  },
  bridgePath: {
    env: 'EDGE_BRIDGE_PATH',
    parse: pathWithSid,
    default: '/internal/sessions/:sid/cookie',
    help: "where a service tells {cookie, user_id} of a token's session; its route is `side: service`",
  },
  programSession: {
    env: 'EDGE_PROGRAM_SESSION',
    parse: text,
    default: undefined as string | undefined,
    help: 'session cookie at the monolith for programs, on routes whose `scopes:` their token has; absent: they are nobody there',
  },
} as const satisfies Settings

export interface IssuerSettings {
  readonly issuer: string
  readonly keysUrl: URL
  readonly audience: string
  readonly algorithms: readonly string[]
}

/** Undefined: no issuer is named. @throws ConfigInvalid */
export function issuerOf(config: Config<typeof identitySettings>): IssuerSettings | undefined {
  const { oidcIssuer, oidcKeysUrl, oidcAudience, oidcAlgorithms } = config
  if (oidcIssuer === undefined) {
    if (oidcKeysUrl === undefined && oidcAudience === undefined) return undefined
    throw new ConfigInvalid(`${identitySettings.oidcIssuer.env} is missing beside the other two`)
  }
  if (oidcAudience === undefined) {
    const { env, help } = identitySettings.oidcAudience
    throw new ConfigInvalid(`${env} is required: ${help}`)
  }
  return {
    issuer: oidcIssuer,
    keysUrl: oidcKeysUrl ?? new URL(`${oidcIssuer.replace(/\/$/, '')}/jwks`),
    audience: oidcAudience,
    algorithms: oidcAlgorithms,
  }
}
