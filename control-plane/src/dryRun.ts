/**
 * `--dry-run`: the same steps over ports that print. Reads are real, nothing is written.
 *
 * @module
 */
import {
  type Ended,
  type Journal,
  type JournalEntry,
  runTransfer,
  type TransferKind,
} from '@matapalo/core'
import type { Control } from './control.ts'
import { readDomains } from './ledger/domains.ts'
import { livePorts } from './live/ports.ts'
import { moveOf } from './move.ts'
import { type Move, Notes, type TransferPorts } from './ports.ts'
import { transferSteps } from './steps/index.ts'
import { windowBudgets } from './windowBudgets.ts'

/** In memory, starting at the ledger's numbers. */
function printedJournal(seq: number, term: number, say: (line: string) => void): Journal {
  let n = 0
  return {
    read: async () => [],
    begin: async (step, act): Promise<JournalEntry> => {
      n += 1
      say(`step ${n} ${step}`)
      return { n, step, act, state: 'begun', seq: seq + n, term: term + 1 }
    },
    finish: async (outcome, _ended: Ended | undefined) => say(`transfer ${outcome}`),
  }
}

function printingPorts(
  live: TransferPorts,
  move: Move,
  epoch: number,
  say: (line: string) => void,
): TransferPorts {
  let next = epoch
  const publish = (what: string): Promise<number> => {
    next += 1
    say(`  ledger: ${what}; epoch ${next} to every edge`)
    return Promise.resolve(next)
  }
  const list = (one: Move): string => one.domains.join(', ')
  return {
    ledger: {
      claim: async (move) => say(`  ledger: claim ${list(move)} for a ${move.kind}`),
      release: async (move) => say(`  ledger: release ${list(move)}`),
      hold: (move, held) => publish(`${held ? 'hold' : 'lift the hold of'} ${list(move)}`),
      switchOwner: (move) =>
        publish(`owner of ${list(move)} becomes ${move.to} (the commit point)`),
      finish: (move) => publish(`release held requests of ${list(move)}`),
      currentEpoch: async () => next,
    },
    edges: {
      awaitDrained: async (at, limitMs) => {
        say(
          `  edges: wait until all have acknowledged and drained epoch ${at}, at most ${limitMs} ms`,
        )
        return { edges: 0 }
      },
      awaitInForce: async (at) => {
        say(`  edges: wait until epoch ${at} is in force`)
        return { cut: [] }
      },
    },
    stores: {
      settle: async (domain, side) => {
        const now = await live.stores.settle(domain, side)
        if (now !== null)
          say(
            `  ${side} database: ${now.before} piece(s) of work of ${domain} in flight, ${now.left} left`,
          )
        return now
      },
      warm: async () => undefined,
      setFence: async (domain, side, { closed, seq, term }, budgetMs) =>
        say(
          `  ${side} database: ${closed ? 'close' : 'open'} fence_${domain} at seq ${seq}, term ${term}, within ${budgetMs} ms`,
        ),
      mark: async (domain, side) => {
        say(`  ${side} database: write a marker of ${domain}`)
        return 0n
      },
      rogue: live.stores.rogue,
      awaitApplied: async (domain, direction, { term, timeoutMs }) => {
        say(
          `  ${direction} feed: wait until ${domain} has applied the marker in mode apply at term ${term}, at most ${timeoutMs} ms`,
        )
        return { ms: 0, offset: 0n }
      },
      announce: async (domain, { term, owner }) =>
        say(`  both databases: owner marker of ${domain}: ${owner} at term ${term}`),
      requireTriggers: live.stores.requireTriggers,
      giveBack: async () => undefined,
      prepareIds: async () => undefined,
      advanceIds: async (domain) => {
        say(
          `  ${move.to} database: lift AUTO_INCREMENT of ${domain}'s tables above the other side's`,
        )
        return {}
      },
      offsetOf: live.stores.offsetOf,
    },
    verification: {
      follow: async (domain, direction) => {
        const follower = await live.verification.follow(domain, direction)
        return {
          ahead: async () => {
            const ahead = await follower.ahead()
            say(
              `  verification: ${ahead.keys} key(s) of ${domain} compared ahead, ${ahead.open} still open`,
            )
            return ahead
          },
          last: async () => {
            say(`  verification: compare the keys of ${domain} changed since`)
            return { keys: 0, differences: [] }
          },
          stop: () => follower.stop(),
        }
      },
      noteClean: async () => undefined,
    },
  }
}

export async function dryRun(
  control: Control,
  kind: TransferKind,
  names: readonly string[],
): Promise<{ readonly lines: readonly string[]; readonly error: string | null }> {
  const lines: string[] = []
  const say = (line: string): void => void lines.push(line)
  const domains = (await readDomains(control.ledger)).filter(({ name }) => names.includes(name))
  const manifests = await control.manifests()
  const budgets = names.flatMap((name) => manifests.get(name)?.budgets ?? [])
  let error: string | null = null
  const move = await moveOf(control, {
    id: 0,
    kind,
    domains: names,
    options: {
      actor: 'dry-run',
      reason: 'dry-run',
      without: [],
      phases: Object.fromEntries(domains.map(({ name, phase }) => [name, phase])),
      budgets: windowBudgets(budgets),
    },
  })
  const notes = new Notes()
  const ports = printingPorts(await livePorts(control), move, control.hub.table?.epoch ?? 0, say)
  const seq = Math.max(...domains.map(({ fenceSeq }) => fenceSeq))
  const term = Math.max(...domains.map(({ term: last }) => last))
  try {
    const result = await runTransfer(
      transferSteps(ports, move, notes),
      printedJournal(seq, term, say),
      {
        resumed: false,
        backOff: async () => undefined,
      },
    )
    error = result.error?.message ?? null
  } finally {
    await notes.close()
  }
  return { lines, error }
}
