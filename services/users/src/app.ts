/**
 * The users service, wired: accounts, the identity provider, administration, and what other services
 * ask.
 *
 * @module
 */
import { serviceApp } from '@bookshop/kit/app'
import type { Database } from '@bookshop/kit/database'
import { readDocument } from '@bookshop/kit/http/contract'
import { shownIn } from '@bookshop/kit/instants'
import type { Log } from '@bookshop/kit/log'
import type { Express } from 'express'
import { cookieOf } from './accounts/sessions.ts'
import type { UsersConfig } from './config.ts'
import { usersIdentity } from './identity.ts'
import { openPasswords } from './login/passwords.ts'
import { loginProof } from './login/proof.ts'
import { openThrottle } from './login/throttle.ts'
import { endingTokens } from './logout.ts'
import { fileMail, type Mail } from './mail/mail.ts'
import type { Metrics } from './metrics.ts'
import { type IdentityServer, identityServer } from './oidc/identityServer.ts'
import { ownSessions, sessionsBehind } from './oidc/owner.ts'
import { tokenSessions } from './oidc/tokenSessions.ts'
import { accountRoutes } from './routes/accounts.ts'
import { adminRoutes } from './routes/admin.ts'
import { credentialRoutes } from './routes/credentials.ts'
import { internalRoutes } from './routes/internal.ts'
import { openSecrets } from './secrets.ts'
import type { Users } from './shop.ts'

export interface AppParts {
  readonly config: UsersConfig
  readonly database: Database
  readonly metrics: Metrics
  readonly log: Log
  readonly isStopping: () => boolean
  readonly validateResponses: boolean
  readonly now?: () => Date
  readonly mail?: Mail
}

export interface UsersApp {
  readonly app: Express
  readonly identityServer: IdentityServer
  readonly users: Users
}

export function createApp(parts: AppParts): UsersApp {
  const { config, database, log, now = () => new Date() } = parts
  const secrets = openSecrets(config.secret)
  const passwords = openPasswords(config.keepLegacyHash)
  const throttle = openThrottle(database, config)
  const proof = loginProof(secrets, now)
  const { sessionDays, ownerUrl } = config
  const owner = ownerUrl
    ? sessionsBehind(ownerUrl, proof.make)
    : ownSessions({ database, passwords, throttle, now, sessionDays })
  const sessions = tokenSessions(database, secrets, owner, now)
  const endTokensOf = endingTokens({ database, sessions, owner, now })
  const users: Users = {
    ...config,
    database,
    show: shownIn(config.timeZone),
    now,
    passwords,
    throttle,
    mail: parts.mail ?? fileMail(config.mailFolder, now),
    log,
    isOwnLogin: proof.isOwn,
    endTokensOf,
  }
  const provider = identityServer({
    ...config,
    users,
    database,
    secrets,
    sessions,
    owner,
    log,
    now,
    onLogout: async (headers) => {
      const cookie = cookieOf(headers)
      if (cookie === null) return
      await owner.logout(cookie)
      await endTokensOf({ cookie, sid: null })
    },
  })
  const document = readDocument(new URL('../openapi.yaml', import.meta.url))
  const app = serviceApp({
    ...parts,
    name: 'users',
    document,
    readyQuery: 'SELECT 1 FROM account LIMIT 1',
    readIdentity: usersIdentity({
      database,
      edgeKeys: config.identityKeys,
      issuer: config.issuer,
      providerKeys: provider.keys,
      sessions,
    }),
    outsideContract: [provider.handler],
    routes: [
      accountRoutes(users),
      credentialRoutes(users),
      adminRoutes(users, document),
      internalRoutes(users, sessions),
    ],
  })
  return { app, identityServer: provider, users }
}
