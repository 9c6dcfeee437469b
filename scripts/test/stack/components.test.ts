import { expect } from 'chai'
import { type Component, componentNames, type Site } from '../../src/stack/component.ts'
import { components } from '../../src/stack/components/index.ts'
import { composePlaces } from '../../src/stack/compose.ts'
import { root } from '../../src/stack/instance.ts'
import { makeSecrets } from '../../src/stack/secrets.ts'

const secrets = makeSecrets()
const site: Site = {
  places: { ...composePlaces, secrets },
  folder: '/nowhere',
  root,
  shared: `${root}/.matapalo`,
  temporary: true,
}
const ofOurs = (component: Component): boolean => component.entry !== undefined

describe('the components', () => {
  it('are all defined, after what they need', () => {
    expect(components.map(({ name }) => name)).to.deep.equal([...componentNames])
    const before = new Set<string>()
    for (const { name, needs } of components) {
      for (const need of needs) expect(before.has(need), `${name} needs ${need}`).to.equal(true)
      before.add(name)
    }
  })

  it('take different places in the block of ports, and not its first', () => {
    const offsets = components.flatMap(({ ports }) => Object.values(ports).map((one) => one.offset))
    expect(new Set(offsets).size).to.equal(offsets.length)
    expect(Math.min(...offsets)).to.be.greaterThan(0)
    expect(Math.max(...offsets)).to.be.lessThan(40)
  })

  it('stay below 6.5 GiB when all of them reach their limits', () => {
    const sum = components.reduce((total, { memoryMiB }) => total + memoryMiB, 0)
    expect(sum).to.be.at.most(6.5 * 1024)
  })

  it('never put a secret into an argument', () => {
    const words = [
      secrets.rootPassword,
      secrets.redisPassword,
      secrets.operatorToken,
      secrets.edgeToken,
      secrets.identityKey,
      secrets.usersSecret,
      secrets.ordersClientSecret,
      secrets.supportClientSecret,
      secrets.providerSecret,
      secrets.formSecret,
      secrets.systemPassword,
      secrets.programSession,
      secrets.testerKey,
      ...Object.values(secrets.passwords),
    ]
    for (const component of components.filter((one) => ofOurs(one) || one.name === 'redis')) {
      const { args } = component.launch(site)
      for (const word of words) expect(args.join(' ').includes(word)).to.equal(false)
    }
  })
})
