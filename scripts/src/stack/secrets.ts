/**
 * Passwords, tokens and keys of one instance: random, made once, kept in stack.json (mode 0600).
 *
 * @module
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto'

export const accountNames = [
  'bookshop',
  'bookshop_ddl',
  'catalog',
  'catalog_ddl',
  'users',
  'users_ddl',
  'orders',
  'orders_ddl',
  'support',
  'support_ddl',
  'outbox_feed',
  'ledger',
  'ledger_ddl',
  'ledger_reader',
  'matapalo_conductor',
  'matapalo_applier',
  'matapalo_feed',
  'matapalo_edge',
] as const
export type AccountName = (typeof accountNames)[number]

export interface Secrets {
  /** `root` of both servers. */
  readonly rootPassword: string
  readonly passwords: Readonly<Record<AccountName, string>>
  readonly redisPassword: string
  readonly operatorToken: string
  readonly edgeToken: string
  /** Private Ed25519 key as a JWK in JSON. */
  readonly identityKey: string
  /** The public half as a JWK set in JSON. */
  readonly identityJwks: string
  /** 32 bytes, base64url: what the users service seals and signs with. */
  readonly usersSecret: string
  /** Programs' secrets at the identity provider. */
  readonly ordersClientSecret: string
  readonly supportClientSecret: string
  /** Signs the callbacks of the simulated payment and shipping providers. */
  readonly providerSecret: string
  /** Signs the storefront's forms. */
  readonly formSecret: string
  /** Password of the old shop's own account, and its session's cookie for programs at the old shop. */
  readonly systemPassword: string
  readonly programSession: string
  /** Signs the headers by which testers choose a side. */
  readonly testerKey: string
}

export const randomSecret = (): string => randomBytes(18).toString('base64url')

export function makeSecrets(): Secrets {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const common = { alg: 'EdDSA', use: 'sig', kid: randomBytes(8).toString('hex') }
  const passwords = Object.fromEntries(accountNames.map((name) => [name, randomSecret()]))
  return {
    rootPassword: randomSecret(),
    // The line above has filled exactly the account names.
    passwords: passwords as Record<AccountName, string>,
    redisPassword: randomSecret(),
    operatorToken: randomSecret(),
    edgeToken: randomSecret(),
    identityKey: JSON.stringify({ ...privateKey.export({ format: 'jwk' }), ...common }),
    identityJwks: JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), ...common }] }),
    usersSecret: randomBytes(32).toString('base64url'),
    ordersClientSecret: randomSecret(),
    supportClientSecret: randomSecret(),
    providerSecret: randomBytes(32).toString('base64url'),
    formSecret: randomBytes(32).toString('base64url'),
    systemPassword: randomSecret(),
    programSession: randomBytes(32).toString('hex'),
    testerKey: randomBytes(32).toString('base64url'),
  }
}

/** Secrets of an earlier run, and new ones for what that run did not have yet. */
export function secretsAfter(before: Secrets | undefined): Secrets {
  const fresh = makeSecrets()
  if (before === undefined) return fresh
  return { ...fresh, ...before, passwords: { ...fresh.passwords, ...before.passwords } }
}
