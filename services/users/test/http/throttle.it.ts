import { expect } from 'chai'
import { type Rig, startRig } from '../support/rig.ts'

describe('login throttling', function () {
  this.timeout(60_000)
  let rig: Rig
  before(async () => {
    const env = { LOGIN_FAILURES_ACCOUNT: '5', LOGIN_FAILURES_ADDRESS: '12', TRUSTED_PROXIES: '1' }
    rig = await startRig(env)
  })
  after(() => rig?.stop())
  afterEach(() => rig.database('login_attempt').delete())

  const login = (email: string, password: string, from: string) =>
    rig.ask('POST', '/api/login', { email, password }, { headers: { 'x-forwarded-for': from } })

  it('locks one account for a while, whatever the address says it is', async () => {
    await rig.register('ana@example.test')
    const tries = Array.from({ length: 20 }, (_, at) =>
      login('ana@example.test', 'guess', `6.6.6.${at}, 203.0.113.${at}`),
    )
    const answers = await Promise.all(tries)
    expect(answers.filter(({ status }) => status === 401)).to.have.length(5)
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused).to.have.length(15)
    expect(Number(refused[0]?.headers.get('retry-after'))).to.be.within(1, 900)
    const right = await login('ana@example.test', 'secret-password', '203.0.113.99')
    expect(right.status).to.equal(429)
  })

  it('locks one address, however it spoofs', async () => {
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, at) =>
        login(`guess${at}@example.test`, 'guess', `6.6.6.${at}, 203.0.113.7`),
      ),
    )
    expect(answers.filter(({ status }) => status === 401)).to.have.length(12)
    expect((await login('bob@example.test', 'guess', '203.0.113.8')).status).to.equal(401)
  })

  it('counts no right password', async () => {
    await rig.register('often@example.test')
    for (let at = 0; at < 20; at += 1) {
      const answer = await login('often@example.test', 'secret-password', '203.0.113.9')
      expect(answer.status).to.equal(200)
    }
  })

  it('forgets after its time', async () => {
    await rig.register('later@example.test')
    for (let at = 0; at < 6; at += 1) await login('later@example.test', 'x', '203.0.113.10')
    await rig.database('login_attempt').update({ until: '2020-01-01 00:00:00' })
    const answer = await login('later@example.test', 'secret-password', '203.0.113.10')
    expect(answer.status).to.equal(200)
  })
})
