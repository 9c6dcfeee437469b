/**
 * The identity provider, OpenID-certified oidc-provider, set up for the shop. The only file that
 * imports it.
 *
 * Code with PKCE for people, client credentials for programs; access tokens are JWTs (RFC 9068) for
 * the audience `bookshop`, signed with ES256; refresh tokens rotate.
 *
 * @module
 */
import type { Database } from '@bookshop/kit/database'
import type { Log } from '@bookshop/kit/log'
import Provider, { type Context, errors } from 'oidc-provider'
import { type ClientSetting, clientMetadata } from './clients.ts'
import type { Jwk } from './keys.ts'
import { errorPage, loggedOutPage, logoutPage, pageType } from './pages.ts'
import { inside, recordsOf, type Verdicts } from './records.ts'
import type { TokenSessions } from './tokenSessions.ts'

export interface ProviderParts {
  readonly issuer: string
  readonly clients: readonly ClientSetting[]
  readonly accessSeconds: number
  readonly sessionDays: number
  readonly cookieKeys: readonly string[]
  readonly database: Database
  readonly sessions: TokenSessions
  readonly log: Log
  readonly now: () => Date
  /** A logout at the provider, by a browser with this cookie. */
  readonly onLogout: (request: Context['req']) => Promise<void>
}

export type { Provider }

/** What access tokens are for; the audience in them is `bookshop`. */
const resource = 'urn:bookshop:api'
export const personScopes = 'openid profile email offline_access'
/** People's tokens may do what their roles say. */
export const personApiScope = 'shop'

const verdicts: Verdicts = {
  alreadyUsed: () => new errors.InvalidGrant('used just now'),
  databaseAway: (cause) => {
    const error = new errors.OIDCProviderError(503, 'temporarily_unavailable')
    error.cause = cause
    return error
  },
}

export const isInteractionGone = (error: unknown): boolean =>
  error instanceof errors.SessionNotFound

/** A grant that covers everything a person's client may ask for. @returns its id */
export async function newGrant(
  provider: Provider,
  accountId: string,
  clientId: string,
): Promise<string> {
  const grant = new provider.Grant({ accountId, clientId })
  grant.addOIDCScope(personScopes)
  grant.addResourceScope(resource, personApiScope)
  return grant.save()
}

export function newProvider(parts: ProviderParts, keys: readonly Jwk[]): Provider {
  const { issuer, sessions, log, accessSeconds } = parts
  const sessionSeconds = parts.sessionDays * 86_400
  const prefix = new URL(issuer).pathname.replace(/\/$/, '')

  const provider = new Provider(issuer, {
    adapter: recordsOf(parts.database, verdicts, parts.now),
    clients: parts.clients.map(clientMetadata),
    extraClientMetadata: { properties: ['api_scope'] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    jwks: { keys },
    cookies: { keys: parts.cookieKeys },
    responseTypes: ['code'],
    pkce: { required: () => true },
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
    rotateRefreshToken: true,
    issueRefreshToken: async (_ctx: Context, client: NonNullable<Context['oidc']['client']>) =>
      client.grantTypeAllowed('refresh_token'),
    expiresWithSession: async () => false,
    conformIdTokenClaims: false,
    claims: { openid: ['sub'], profile: ['name'], email: ['email'] },
    scopes: personScopes.split(' '),
    ttl: {
      AccessToken: accessSeconds,
      ClientCredentials: accessSeconds,
      AuthorizationCode: 60,
      IdToken: 3600,
      Interaction: 900,
      RefreshToken: sessionSeconds,
      Session: sessionSeconds,
      Grant: sessionSeconds,
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      clientCredentials: { enabled: true },
      revocation: {
        enabled: true,
        allowedPolicy: async (
          _ctx: Context,
          client: NonNullable<Context['oidc']['client']>,
          token: { readonly clientId: string },
        ) => token.clientId === client.clientId,
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (ctx: Context, form: string) => {
          ctx.type = pageType
          ctx.body = logoutPage(form)
        },
        postLogoutSuccessSource: async (ctx: Context) => {
          ctx.type = pageType
          ctx.body = loggedOutPage()
        },
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => resource,
        useGrantedResource: async () => true,
        getResourceServerInfo: async (
          _ctx: Context,
          asked: string,
          client: NonNullable<Context['oidc']['client']>,
        ) => {
          if (asked !== resource) throw new errors.OIDCProviderError(400, 'invalid_target')
          return {
            scope: client.api_scope || personApiScope,
            audience: 'bookshop',
            accessTokenFormat: 'jwt',
            accessTokenTTL: accessSeconds,
            jwt: { sign: { alg: 'ES256' } },
          }
        },
      },
    },
    interactions: {
      url: (_ctx: Context, { uid }: { readonly uid: string }) => `${prefix}/interaction/${uid}`,
    },
    async extraTokenClaims(
      _ctx: Context,
      token: { readonly kind: string; readonly grantId?: string },
    ) {
      if (token.kind === 'ClientCredentials') return { roles: ['system'] }
      const session = await sessions.ofGrant(token.grantId ?? '')
      if (session === null) throw new errors.InvalidGrant('the session has ended')
      return { sid: session.sid, roles: session.roles, name: session.name }
    },
    async findAccount(_ctx: Context, sub: string) {
      return {
        accountId: sub,
        claims: async () => {
          const session = await sessions.ofUser(Number(sub))
          return { sub, name: session?.name, email: session?.email }
        },
      }
    },
    /** A grant whose session has ended is none: the login page is shown. */
    async loadExistingGrant({ oidc }: Context) {
      const clientId = oidc.client?.clientId ?? ''
      const grantId = oidc.result?.consent?.grantId ?? oidc.session?.grantIdFor(clientId)
      if (grantId === undefined) return undefined
      if ((await sessions.ofGrant(grantId)) === null) return undefined
      return oidc.provider.Grant.find(grantId)
    },
    renderError: async (ctx: Context, out: Readonly<Record<string, unknown>>) => {
      ctx.type = pageType
      ctx.body = errorPage(String(out.error), String(out.error_description ?? ''))
    },
  })
  // Only the edge talks to us; it says by X-Forwarded-Proto what the browser speaks.
  provider.proxy = true

  const failed = (error: unknown): void => log.error({ err: error }, 'provider.failed')
  provider.on('server_error', (_ctx: Context, error: unknown) => failed(error))
  provider.on('grant.revoked', (_ctx: Context, grantId: string) => {
    // Outside the request's transaction, which may be over before this is.
    inside(undefined, () => sessions.end(grantId)).catch(failed)
  })
  provider.on('end_session.success', (ctx: Context) => {
    inside(undefined, () => parts.onLogout(ctx.req)).catch(failed)
  })
  return provider
}
