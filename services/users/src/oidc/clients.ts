/**
 * The provider's clients, as the environment lists them: people's clients (code with PKCE) have
 * redirect URIs, programs (client credentials) have a secret and scopes.
 *
 * @module
 */
export interface ClientSetting {
  readonly client_id: string
  /** Without one the client is public: an app or a page, which proves itself by PKCE alone. */
  readonly client_secret?: string
  readonly redirect_uris?: readonly string[]
  readonly post_logout_redirect_uris?: readonly string[]
  /** What a program may ask for, with spaces between. */
  readonly scope?: string
}

const isTexts = (value: unknown): boolean =>
  value === undefined || (Array.isArray(value) && value.every((one) => typeof one === 'string'))

/** Of the setting's text. Values are not shown when refused: they hold secrets. */
export function readClients(text: string): readonly ClientSetting[] {
  const parsed: unknown = JSON.parse(text)
  if (!Array.isArray(parsed)) throw new Error('expected a JSON list of clients')
  for (const [at, one] of (parsed as Readonly<Record<string, unknown>>[]).entries()) {
    const known = [
      'client_id',
      'client_secret',
      'redirect_uris',
      'post_logout_redirect_uris',
      'scope',
    ]
    const odd = Object.keys(one).find((name) => !known.includes(name))
    if (odd !== undefined) throw new Error(`client ${at}: ${odd} is not known`)
    if (typeof one.client_id !== 'string' || one.client_id === '') {
      throw new Error(`client ${at}: client_id is missing`)
    }
    if (/^\d+$/.test(one.client_id)) {
      // A program's token has its client_id as `sub`, where a person's has the account's number.
      throw new Error(`client ${at}: client_id must not be a number`)
    }
    if (!isTexts(one.redirect_uris) || !isTexts(one.post_logout_redirect_uris)) {
      throw new Error(`client ${at}: URIs come as a list of texts`)
    }
    if (one.redirect_uris === undefined && typeof one.client_secret !== 'string') {
      throw new Error(`client ${at}: a program needs a client_secret`)
    }
  }
  return parsed as readonly ClientSetting[]
}

/** As the provider wants it. */
export function clientMetadata(client: ClientSetting): Readonly<Record<string, unknown>> {
  const { client_id, client_secret, redirect_uris, post_logout_redirect_uris, scope } = client
  const forPeople = redirect_uris !== undefined
  const isLocal = redirect_uris?.some((uri) =>
    /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])/.test(uri),
  )
  return {
    client_id,
    ...(client_secret === undefined ? {} : { client_secret }),
    token_endpoint_auth_method: client_secret === undefined ? 'none' : 'client_secret_basic',
    // OpenID Connect Registration §2: only native clients may come back to a loopback address.
    application_type: isLocal ? 'native' : 'web',
    redirect_uris: redirect_uris ?? [],
    ...(post_logout_redirect_uris ? { post_logout_redirect_uris } : {}),
    response_types: forPeople ? ['code'] : [],
    grant_types: [
      ...(forPeople ? ['authorization_code', 'refresh_token'] : []),
      ...(client_secret !== undefined && scope !== undefined ? ['client_credentials'] : []),
    ],
    api_scope: scope ?? '',
  }
}
