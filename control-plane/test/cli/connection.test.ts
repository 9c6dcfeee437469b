import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { findConnection, findTesterKey } from '../../cli/connection.ts'
import { Exit } from '../../cli/exit.ts'

/** No process has it: above the kernel's largest. */
const deadPid = 2 ** 22 + 1

describe('connection', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'matapalo-cli-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const stack = (instance: string, supervisor = process.pid, testerKey?: string): void => {
    const at = join(folder, '.matapalo', instance)
    mkdirSync(at, { recursive: true })
    const urls = { 'control-plane': `http://127.0.0.1/${instance}` }
    const credentials = { operatorToken: `token-${instance}`, testerKey }
    writeFileSync(
      join(at, 'stack.json'),
      JSON.stringify({ instance, supervisor, urls, credentials }),
    )
  }
  const refusal = (env: Record<string, string>, chosen?: string): Exit => {
    try {
      findConnection(env, folder, chosen)
    } catch (error) {
      if (error instanceof Exit) return error
      throw error
    }
    throw new TypeError('nothing was refused')
  }

  it('takes main before any other', () => {
    stack('bench')
    stack('main', deadPid)
    expect(findConnection({}, folder).token).to.equal('token-main')
  })

  it('takes the only one that is up, from a folder below as well', () => {
    stack('left-over', deadPid)
    stack('demo-7')
    const below = join(folder, 'services/catalog')
    mkdirSync(below, { recursive: true })
    expect(findConnection({}, below)).to.include({
      url: 'http://127.0.0.1/demo-7',
      remedy: 'run: npm run stack -- status --instance demo-7',
    })
  })

  it('picks none of several', () => {
    stack('one')
    stack('two')
    expect(refusal({}))
      .to.include({ code: 64 })
      .and.have.property('message')
      .match(/one, two.*--instance/)
    expect(findConnection({}, folder, 'two').token).to.equal('token-two')
    expect(findConnection({ MATAPALO_INSTANCE: 'one' }, folder).token).to.equal('token-one')
  })

  it('names the stack that is not there', () => {
    stack('main')
    expect(refusal({}, 'prod').message).to.contain('no stack named prod')
  })

  it('refuses a damaged stack file by name, and an address that is none', () => {
    mkdirSync(join(folder, '.matapalo/main'), { recursive: true })
    writeFileSync(join(folder, '.matapalo/main/stack.json'), '{')
    expect(refusal({}).message).to.match(/main\/stack\.json is not a stack file; /)
    const env = { MATAPALO_URL: 'localhost:80', MATAPALO_OPERATOR_TOKEN: 'x' }
    expect(refusal(env).message).to.contain('expected http://host:port')
  })

  it('says where the address and the token came from', () => {
    stack('main')
    expect(findConnection({ MATAPALO_OPERATOR_TOKEN: 'mine' }, folder)).to.include({
      token: 'mine',
      tokenFrom: 'MATAPALO_OPERATOR_TOKEN',
      from: join(folder, '.matapalo/main/stack.json'),
    })
  })

  it('takes the key of testers’ headers from the environment, else from the stack', () => {
    stack('main', process.pid, 'the key of the stack')
    const MATAPALO_TESTER_KEY = 'thirty-two octets of a secret ok'
    expect(findTesterKey({}, folder)).to.equal('the key of the stack')
    expect(findTesterKey({ MATAPALO_TESTER_KEY }, folder)).to.equal(MATAPALO_TESTER_KEY)
    expect(findTesterKey({ MATAPALO_TESTER_KEY }, folder, 'main')).to.equal('the key of the stack')
  })

  it('says where such a key would be, and shows none that is too short', () => {
    const refused = (env: Record<string, string>): string => {
      try {
        return findTesterKey(env, folder)
      } catch (error) {
        return error instanceof Exit ? error.message : String(error)
      }
    }
    expect(refused({})).to.contain('set MATAPALO_TESTER_KEY')
    expect(refused({ MATAPALO_TESTER_KEY: 'short one' }))
      .to.contain('at least 32 octets')
      .and.not.contain('short one')
    stack('main')
    expect(refused({})).to.contain('start the stack again')
  })
})
