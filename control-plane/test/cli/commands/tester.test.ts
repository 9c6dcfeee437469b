import { sideHeader } from '@matapalo/core'
import { Testers } from '@matapalo/edge-proxy/shadow/testers'
import { expect } from 'chai'
import { Command, InvalidArgumentError } from '../../../cli/commander.ts'
import type { Context } from '../../../cli/commands/context.ts'
import { domainsOf, lifetime, testerCommand } from '../../../cli/commands/tester.ts'
import { Exit } from '../../../cli/exit.ts'
import { signChoice } from '../../../cli/sideToken.ts'

const key = 'a key of at least thirty-two octets'
const hour = 3_600

describe('tester', () => {
  /** What the command prints, and says beside it. */
  const run = async (...args: readonly string[]) => {
    const printed: string[] = []
    const said: string[] = []
    const refuse = () => {
      throw new TypeError('a tester needs no control plane')
    }
    const context: Context = {
      ...{ connection: refuse, client: refuse, actor: 'qa' },
      testerKey: () => key,
      output: () => ({
        result: (value, human) => void printed.push(human(value)),
        say: (line) => void said.push(line),
      }),
    }
    const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined })
    testerCommand(program, context)
    for (const command of program.commands) {
      command.exitOverride().configureOutput({ writeErr: () => undefined })
    }
    await program.parseAsync(['tester', ...args], { from: 'user' })
    return { printed, said: said.join('\n') }
  }

  it('prints one header that an edge with the same key believes, and nothing else', async () => {
    const { printed, said } = await run('catalog', 'users', '--side', 'service', '--for', '30m')
    expect(printed).to.have.length(1)
    const [name, value] = (printed[0] as string).split(': ')
    expect(name).to.equal(sideHeader)
    const choice = await new Testers(key).choiceOf({ [sideHeader]: value })
    expect(choice).to.deep.equal({ side: 'service', domains: ['catalog', 'users'] })
    const until = Date.parse(/good until (\S+);/.exec(said)?.[1] ?? '')
    expect(until - Date.now()).to.be.within(1_700_000, 1_801_000)
    expect(said).not.to.contain(value)
  })

  it('wants to be told the side', async () => {
    for (const args of [['catalog'], ['catalog', '--side', 'left'], ['--side', 'service']]) {
      const refused = await run(...args).then(
        () => undefined,
        (error: unknown) => error,
      )
      expect(refused, args.join(' ')).to.be.instanceOf(Error)
    }
  })
})

describe('signChoice', () => {
  const signed = (seconds: number, made = Date.now()) =>
    signChoice({ side: 'monolith', domains: ['*'] }, key, seconds, made)
  const judged = async (value: string, by = key): Promise<unknown> =>
    new Testers(by)
      .choiceOf({ [sideHeader]: value })
      ?.catch((error: { code: string }) => error.code)

  it('is believed until its end, by whoever has its key', async () => {
    const choice = { side: 'monolith', domains: ['*'] }
    expect(await judged((await signed(hour)).value)).to.deep.equal(choice)
    const refused = 'MATAPALO_EDGE_SIDE_REFUSED'
    const { value, until } = await signed(60, Date.now() - 70_000)
    expect(until.getTime()).to.be.lessThan(Date.now())
    expect(await judged(value)).to.equal(refused)
    expect(await judged((await signed(hour)).value, `${key}!`)).to.equal(refused)
  })
})

describe('lifetime', () => {
  it('takes up to a day', () => {
    expect(['1s', '90s', '30m', '8h', '24h', '1d'].map(lifetime)).to.deep.equal([
      ...[1, 90, 1_800, 28_800, 86_400, 86_400],
    ])
  })

  for (const text of ['0s', '25h', '2d', '500ms', '1', 'h', '-1h', ''])
    it(`refuses "${text}"`, () => {
      expect(() => lifetime(text)).to.throw(InvalidArgumentError)
    })
})

describe('domainsOf', () => {
  it('reads all as every domain, alone', () => {
    expect(domainsOf(['all'])).to.deep.equal(['*'])
    expect(domainsOf(['catalog', 'users'])).to.deep.equal(['catalog', 'users'])
    expect(() => domainsOf(['all', 'users'])).to.throw(Exit)
  })
})
