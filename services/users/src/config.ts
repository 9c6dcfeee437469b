/**
 * Configuration of the users service.
 *
 * @module
 */
import {
  type ConfigOf,
  commonSettings,
  httpUrl,
  onOff,
  readSettings,
  text,
  whole,
} from '@bookshop/kit/config'
import { readClients } from './oidc/clients.ts'

/** 32 bytes in base64url. */
const secret = (value: string): Buffer => {
  const bytes = Buffer.from(value, 'base64url')
  if (bytes.length < 32) throw new Error('expected at least 32 bytes in base64url')
  return bytes
}

const settings = {
  ...commonSettings('users', 3102),
  issuer: {
    env: 'ISSUER',
    parse: httpUrl,
    fallback: 'http://127.0.0.1:3102/identity',
    help: 'public URL of the identity provider; its path is where it is mounted',
  },
  secret: {
    env: 'USERS_SECRET',
    parse: secret,
    help: '32 random bytes, base64url: seals signing keys and session cookies, signs cookies',
  },
  clients: {
    env: 'OIDC_CLIENTS',
    parse: readClients,
    fallback: '[]',
    help: 'JSON list of the provider’s clients',
  },
  ownerUrl: {
    env: 'OWNER_URL',
    parse: httpUrl,
    optional: true,
    help: 'the edge: where /api/login and /api/session reach the owner of the sessions; itself if missing',
  },
  accessSeconds: {
    env: 'ACCESS_TOKEN_TTL_S',
    parse: whole,
    fallback: '300',
    help: 'life of an access token (300 = five minutes)',
  },
  refreshGraceSeconds: {
    env: 'REFRESH_GRACE_S',
    parse: whole,
    fallback: '10',
    help: 'how long a repeated refresh gets the first answer again; 0: never',
  },
  keyDays: {
    env: 'SIGNING_KEY_DAYS',
    parse: whole,
    fallback: '30',
    help: 'days until the next signing key takes over',
  },
  sessionDays: {
    env: 'SHOP_SESSION_DAYS',
    parse: whole,
    fallback: '30',
    help: 'life of a session',
  },
  secureCookies: {
    env: 'COOKIE_SECURE',
    parse: onOff,
    fallback: 'off',
    help: 'on where the shop is served by HTTPS',
  },
  keepLegacyHash: {
    env: 'KEEP_LEGACY_HASH',
    parse: onOff,
    fallback: 'on',
    help: 'on while a rollback to the old shop is possible; off: weak hashes are overwritten at login',
  },
  trustedProxies: {
    env: 'TRUSTED_PROXIES',
    parse: whole,
    fallback: '0',
    help: 'how many proxies in front add to X-Forwarded-For',
  },
  accountFailures: {
    env: 'LOGIN_FAILURES_ACCOUNT',
    parse: whole,
    fallback: '10',
    help: 'failed logins of one account in 15 minutes',
  },
  addressFailures: {
    env: 'LOGIN_FAILURES_ADDRESS',
    parse: whole,
    fallback: '100',
    help: 'failed logins from one address in 15 minutes',
  },
  mailFolder: {
    env: 'MAIL_FOLDER',
    parse: text,
    fallback: 'mail',
    help: 'where mails are written, one file each',
  },
  shopUrl: {
    env: 'SHOP_URL',
    parse: httpUrl,
    fallback: 'http://127.0.0.1:3105',
    help: 'public URL of the shop, for links in mails',
  },
} as const

export type UsersConfig = ConfigOf<typeof settings>

/** Throws one Error that lists every problem by variable name. */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): UsersConfig =>
  readSettings(settings, env)
