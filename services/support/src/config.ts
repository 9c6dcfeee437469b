/**
 * Configuration is one object, read once from the environment; every problem is reported together.
 *
 * @module
 */
import {
  type ConfigOf,
  commonSettings,
  httpUrl,
  list,
  readSettings,
  text,
} from '@bookshop/kit/config'

const settings = {
  ...commonSettings('support', 3104),
  usersUrl: {
    env: 'USERS_URL',
    parse: httpUrl,
    fallback: 'http://127.0.0.1:3102',
    help: 'where customers’ profiles are',
  },
  ordersUrl: {
    env: 'ORDERS_URL',
    parse: httpUrl,
    fallback: 'http://127.0.0.1:3103',
    help: 'where the orders service is',
  },
  catalogUrl: {
    env: 'CATALOG_URL',
    parse: httpUrl,
    fallback: 'http://127.0.0.1:3101',
    help: 'where the catalog service is',
  },
  shopUrl: {
    env: 'SHOP_URL',
    parse: httpUrl,
    optional: true,
    help: 'the shop’s public address, behind which somebody knows who owns orders and books now',
  },
  clientId: {
    env: 'SUPPORT_CLIENT_ID',
    parse: text,
    fallback: 'support',
    help: 'this service’s name at the identity provider',
  },
  clientSecret: {
    env: 'SUPPORT_CLIENT_SECRET',
    parse: text,
    optional: true,
    help: 'its secret there; without it profiles and order histories stay missing',
  },
  tokenUrl: {
    env: 'TOKEN_URL',
    parse: httpUrl,
    optional: true,
    help: 'the provider’s token endpoint, if not at ISSUER/token',
  },
  brokers: {
    env: 'KAFKA_BROKERS',
    parse: list,
    optional: true,
    help: 'host:port with commas between; without them nobody is notified',
  },
  mailFolder: {
    env: 'MAIL_FOLDER',
    parse: text,
    fallback: 'mail',
    help: 'folder that mails are written to',
  },
  deskMailbox: {
    env: 'SUPPORT_DESK_MAILBOX',
    parse: text,
    fallback: 'desk@bookshop.test',
    help: 'who is told about cases that no agent has taken',
  },
} as const

export type SupportConfig = ConfigOf<typeof settings>

/** Throws one Error that lists every problem by variable name. */
export const readConfig = (env: Readonly<Record<string, string | undefined>>): SupportConfig =>
  readSettings(settings, env)
