/**
 * The stack as docker-compose.yml, from the same definitions as the native one. Hosts are service
 * names, ports those of the containers, secrets are variables that `.env` holds.
 *
 * @module
 */
import { stringify } from 'yaml'
import { type Component, type ComponentName, componentNames, type Places } from './component.ts'
import { components } from './components/index.ts'
import { eventful } from './events.ts'
import { accountNames, type Secrets } from './secrets.ts'

const passwordVariable = (account: string): string => `MATAPALO_PASSWORD_${account.toUpperCase()}`

/** The variable of each secret that is not an account's password. */
const variables = {
  rootPassword: 'MATAPALO_ROOT_PASSWORD',
  redisPassword: 'MATAPALO_REDIS_PASSWORD',
  operatorToken: 'MATAPALO_OPERATOR_TOKEN',
  edgeToken: 'MATAPALO_EDGE_TOKEN',
  identityKey: 'MATAPALO_IDENTITY_KEY',
  identityJwks: 'MATAPALO_IDENTITY_JWKS',
  usersSecret: 'MATAPALO_USERS_SECRET',
  ordersClientSecret: 'MATAPALO_ORDERS_CLIENT_SECRET',
  supportClientSecret: 'MATAPALO_SUPPORT_CLIENT_SECRET',
  providerSecret: 'MATAPALO_PROVIDER_SECRET',
  formSecret: 'MATAPALO_FORM_SECRET',
  systemPassword: 'MATAPALO_SYSTEM_PASSWORD',
  programSession: 'MATAPALO_PROGRAM_SESSION',
  testerKey: 'MATAPALO_TESTER_KEY',
} as const

const secretsFrom = (value: (variable: string) => string): Secrets => ({
  rootPassword: value(variables.rootPassword),
  redisPassword: value(variables.redisPassword),
  operatorToken: value(variables.operatorToken),
  edgeToken: value(variables.edgeToken),
  identityKey: value(variables.identityKey),
  identityJwks: value(variables.identityJwks),
  usersSecret: value(variables.usersSecret),
  ordersClientSecret: value(variables.ordersClientSecret),
  supportClientSecret: value(variables.supportClientSecret),
  providerSecret: value(variables.providerSecret),
  formSecret: value(variables.formSecret),
  systemPassword: value(variables.systemPassword),
  programSession: value(variables.programSession),
  testerKey: value(variables.testerKey),
  passwords: Object.fromEntries(
    accountNames.map((account) => [account, value(passwordVariable(account))]),
    // Every account is in the list.
  ) as Secrets['passwords'],
})

/** `.env` for docker-compose.yml; quoted, since two of them are JSON. */
export const envFile = (secrets: Secrets): string =>
  [
    ...Object.entries(variables).map(([key, name]) => [
      name,
      secrets[key as keyof typeof variables],
    ]),
    ...accountNames.map((account) => [passwordVariable(account), secrets.passwords[account]]),
  ]
    .map(([name, value]) => `${name}='${value}'\n`)
    .join('')

export const secretsFromEnv = (env: Readonly<Record<string, string | undefined>>): Secrets =>
  secretsFrom((name) => {
    const value = env[name]
    if (value === undefined || value === '') {
      throw new Error(`${name} is not set; run: npm run -s stack -- secrets > .env`)
    }
    return value
  })

const containerPort = (name: ComponentName, port = 'main'): number =>
  components.find((one) => one.name === name)?.ports[port]?.container ?? 0

export const composePlaces: Places = {
  at: (name, port) => ({ host: name, port: containerPort(name, port) }),
  listen: (name, port) => ({ host: '0.0.0.0', port: containerPort(name, port) }),
  secrets: secretsFrom((name) => `\${${name}}`),
}

/** As the container runtime finds it: the compose places, with real secrets. */
export const placesFromEnv = (env: Readonly<Record<string, string | undefined>>): Places => ({
  ...composePlaces,
  secrets: secretsFromEnv(env),
})

/** Where compose publishes a port on this machine: where the first native instance has it. */
const published = ({
  offset,
  container,
}: {
  readonly offset: number
  readonly container: number
}) => `127.0.0.1:${20_000 + offset}:${container}`

const completed = { condition: 'service_completed_successfully' } as const

const isOurs = (component: Component): boolean => component.entry !== undefined

function service(component: Component): object {
  const { image, build, command, environment, volume, health } = component.container(composePlaces)
  const own = component.environment(composePlaces)
  const all = { ...environment, ...own }
  const needs = Object.fromEntries(
    component.needs.map((name) => [name, { condition: 'service_healthy' }]),
  )
  return {
    ...(image === undefined ? {} : { image }),
    ...(build === undefined ? {} : { build: { context: '.', dockerfile: build.dockerfile } }),
    ...(command === undefined ? {} : { command }),
    ...(Object.keys(all).length === 0 ? {} : { environment: all }),
    ports: Object.values(component.ports).map(published),
    ...(volume === undefined ? {} : { volumes: [`${component.name}:${volume}`] }),
    healthcheck: { test: health, interval: '2s', timeout: '5s', retries: 60 },
    mem_limit: `${component.memoryMiB}m`,
    restart: 'unless-stopped',
    ...(component.needs.length === 0
      ? {}
      : {
          depends_on: {
            ...(isOurs(component) ? { prepare: completed } : {}),
            // A consumer of a topic that does not exist yet would give up.
            ...(eventful.includes(component.name) ? { events: completed } : {}),
            ...needs,
          },
        }),
  }
}

/** What is done once, before the project's own processes, and ends. */
const oneShot = (script: string, needs: Readonly<Record<string, object>>) => ({
  build: { context: '.', dockerfile: 'Dockerfile' },
  command: ['node', '--disable-warning=ExperimentalWarning', `scripts/src/stack/${script}`],
  environment: Object.fromEntries(
    [...Object.values(variables), ...accountNames.map(passwordVariable)].map((name) => [
      name,
      `\${${name}}`,
    ]),
  ),
  depends_on: needs,
  restart: 'no',
})

const healthy = { condition: 'service_healthy' } as const

/** Accounts and migrations. */
const prepare = oneShot('prepare.ts', { 'monolith-db': healthy, 'services-db': healthy })

/** Topics and connector of the services' events. */
const events = oneShot('prepareEvents.ts', { prepare: completed, kafka: healthy, connect: healthy })

export function composeDocument(): object {
  const volumes = components.filter((one) => one.container(composePlaces).volume !== undefined)
  return {
    services: {
      ...Object.fromEntries(componentNames.slice(0, 5).map((name) => [name, service(find(name))])),
      prepare,
      events,
      ...Object.fromEntries(componentNames.slice(5).map((name) => [name, service(find(name))])),
    },
    volumes: Object.fromEntries(volumes.map(({ name }) => [name, {}])),
  }
}

const find = (name: ComponentName): Component => {
  const component = components.find((one) => one.name === name)
  if (component === undefined) throw new TypeError(`no component ${name}`)
  return component
}

const header = `# The whole stack for machines with Docker. Written by: npm run -s stack -- compose > docker-compose.yml
# from the definitions in scripts/src/stack/components/; a test keeps the two equal.
#
#   npm run -s stack -- secrets > .env     random passwords, tokens and keys, once
#   docker compose up --build --wait
#
# The shop is at http://127.0.0.1:20001 (edge-1) and http://127.0.0.1:20003 (edge-2).
`

export const composeText = (): string =>
  `${header}${stringify(composeDocument(), { lineWidth: 0, aliasDuplicateObjects: false })}`
