import { expect } from 'chai'
import { KillPlanInvalid, parseKill, stagesOf } from '../../src/demo/kill.ts'
import { catalogStages, shopStages } from '../../src/demo/stages/index.ts'

const scope = { processes: ['kafka', 'edge-1'], stages: stagesOf.shop, domains: ['orders'] }

describe('parseKill', () => {
  for (const [text, plan] of Object.entries({
    'kafka@12.5': { process: 'kafka', atSecond: 12.5 },
    'kafka@backfill': { process: 'kafka', atStage: 'backfill' },
    'edge-1@catchUp': { process: 'edge-1', atStep: 'catchUp', domain: null },
    'edge-1@catchUp:orders': { process: 'edge-1', atStep: 'catchUp', domain: 'orders' },
  })) {
    it(`reads ${text}`, () => {
      expect(parseKill(text, scope)).to.deep.equal({ ...plan, text })
    })
  }

  for (const text of [
    ...['kafka', '@3', 'kafka@', 'zookeeper@3', 'kafka@lunch'],
    ...['kafka@catchUp:users', 'kafka@backfill:orders', 'kafka@3:orders', 'kafka@catchUp:'],
  ]) {
    it(`refuses ${text}`, () => {
      expect(() => parseKill(text, scope)).to.throw(KillPlanInvalid)
    })
  }
})

describe('stagesOf', () => {
  it('names what each demo goes through', () => {
    const names = (stages: readonly { readonly name: string }[]) =>
      new Set(stages.map((s) => s.name))
    expect(new Set(stagesOf.catalog)).to.deep.equal(names(catalogStages))
    expect(new Set(stagesOf.shop)).to.deep.equal(names(shopStages))
  })
})
