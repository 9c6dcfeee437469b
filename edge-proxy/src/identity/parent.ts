/**
 * A request that an upstream makes while it answers another belongs to whoever sent that one. The
 * edge writes the sender's subjects and address, signed, into W3C `tracestate`, which applications
 * that trace pass on; a nested write is then kept for the sender too, whatever account made the call,
 * and a nested login is counted by the address that it came from, not by the application's.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Subject } from './subject.ts'

const entry = 'matapalo'
/** A subject is `c:` or `b:` and 43 characters of base64url; up to two of them, then an address. */
const format =
  /^((?:[cb]_[A-Za-z0-9_-]{43}\.){0,2})((?:a_[0-9A-Fa-f:.]{2,45}\.)?)([A-Za-z0-9_-]{43})$/

/** Signed entries that are remembered, about 300 octets each. */
const capacity = 5_000

export interface Parent {
  readonly subjects: readonly Subject[]
  /** Where the request came from that this one was made for. */
  readonly address: string | undefined
}

const nobody: Parent = { subjects: [], address: undefined }

export class Parents {
  readonly #key: Buffer

  /** @param secret shared by all edges */
  constructor(secret: string) {
    this.#key = createHmac('sha256', 'matapalo parent').update(secret).digest()
  }

  /** Ours for what was signed last: clients come again. */
  readonly #signed = new Map<string, string>()

  #mac(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url')
  }

  /** The `tracestate` of a forwarded request: ours first, then what the client sent. */
  tracestate(
    sent: string | undefined,
    subjects: readonly Subject[],
    address?: string,
  ): string | undefined {
    let named = ''
    for (const subject of subjects) named += `${subject.replace(':', '_')}.`
    const text = address === undefined || address === '' ? named : `${named}a_${address}.`
    const own = text === '' ? undefined : this.#entryOf(text)
    if (sent === undefined || sent === '') return own
    const others = sent
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '' && !item.startsWith(`${entry}=`))
    if (own !== undefined) others.unshift(own)
    return others.length === 0 ? undefined : others.slice(0, 32).join(',')
  }

  #entryOf(text: string): string {
    let own = this.#signed.get(text)
    if (own === undefined) {
      own = `${entry}=${text}${this.#mac(text)}`
      if (this.#signed.size >= capacity) this.#signed.clear()
      this.#signed.set(text, own)
    }
    return own
  }

  /** Who sent the request that this one was made for; nobody when nobody signed it. */
  of(tracestate: string | undefined): Parent {
    const item = tracestate?.split(',').find((one) => one.trim().startsWith(`${entry}=`))
    const match = item === undefined ? null : format.exec(item.trim().slice(entry.length + 1))
    if (match === null) return nobody
    const [, named, from, mac] = match as unknown as [string, string, string, string]
    const text = named + from
    if (text === '') return nobody
    if (!timingSafeEqual(Buffer.from(mac), Buffer.from(this.#mac(text)))) return nobody
    const subjects = named.split('.').slice(0, -1)
    return {
      subjects: subjects.map((subject) => subject.replace('_', ':')),
      address: from === '' ? undefined : from.slice(2, -1),
    }
  }

  /** Subjects of the request that this one was made for; none when nobody signed them. */
  subjects(tracestate: string | undefined): readonly Subject[] {
    return this.of(tracestate).subjects
  }
}
