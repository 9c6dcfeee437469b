/**
 * The corpus: raw messages by the rule they break, and legal ones that must keep working. All of it
 * is data; `README.md` beside this file says how to add one.
 *
 * @module
 */
import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parse } from 'yaml'

/** `must`: the RFC leaves no choice. `should`, `may`: it does, and this edge refuses. */
export type Level = 'must' | 'should' | 'may'

interface Written {
  readonly name: string
  readonly rule?: string
  readonly level?: Level
  /** Octets by line; `{x}` stands for x as often as `repeat` says. */
  readonly send: readonly string[]
  readonly repeat?: Readonly<Record<string, number>>
  readonly expect: Expected | readonly Expected[] | { readonly after: number; readonly status: 400 }
  readonly gets?: Gets
}

type Expected = number | 'close'

/** What the upstream gets of a legal message. */
export interface Gets {
  readonly line?: string
  readonly body?: string
  readonly absent?: readonly string[]
}

export interface Vector {
  /** `topic/name` */
  readonly name: string
  readonly rule: string
  readonly level: Level
  readonly octets: Buffer
  /** Status codes in order of arrival, any of these; `close`: none, and the connection ends. */
  readonly expect: readonly (readonly number[])[]
  readonly gets: Gets
}

const octetsOf = ({ send, repeat = {} }: Written): Buffer => {
  let text = send.join('')
  for (const [what, times] of Object.entries(repeat)) {
    text = text.replace(`{${what}}`, () => what.repeat(times))
  }
  return Buffer.from(text, 'latin1')
}

const expectedOf = ({ expect, gets }: Written): readonly (readonly number[])[] => {
  if (typeof expect === 'object' && 'after' in expect) return [[expect.after, expect.status]]
  const any = Array.isArray(expect) ? (expect as readonly Expected[]) : [expect as Expected]
  if (gets !== undefined && any.length > 1) return [any as readonly number[]]
  return any.map((one) => (one === 'close' ? [] : [one]))
}

function read(folder: 'refused' | 'served'): readonly Vector[] {
  return globSync(`${folder}/*.yaml`, { cwd: import.meta.dirname })
    .sort()
    .flatMap((file) => {
      const text = readFileSync(`${import.meta.dirname}/${file}`, 'utf8')
      return (parse(text) as readonly Written[]).map((written) => ({
        name: `${basename(file, '.yaml')}/${written.name}`,
        rule: written.rule ?? '',
        level: written.level ?? 'must',
        octets: octetsOf(written),
        expect: expectedOf(written),
        gets: written.gets ?? {},
      }))
    })
}

export const refusedVectors = (): readonly Vector[] => read('refused')
export const servedVectors = (): readonly Vector[] => read('served')
