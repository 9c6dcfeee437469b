/**
 * A request that an upstream makes while it answers another belongs to whoever sent that one. The
 * edge writes the sender's subjects, signed, into W3C `tracestate`, which applications that trace
 * pass on; a nested write is then kept for the sender too, whatever account made the call.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Subject } from './subject.ts'

const entry = 'matapalo'
/** A subject is `c:` or `b:` and 43 characters of base64url. */
const format = /^((?:[cb]_[A-Za-z0-9_-]{43}\.){1,2})([A-Za-z0-9_-]{43})$/

export class Parents {
  readonly #key: Buffer

  /** @param secret shared by all edges */
  constructor(secret: string) {
    this.#key = createHmac('sha256', 'matapalo parent').update(secret).digest()
  }

  #mac(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url')
  }

  /** The `tracestate` of a forwarded request: ours first, then what the client sent. */
  tracestate(sent: string | undefined, subjects: readonly Subject[]): string | undefined {
    const others = (sent ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '' && !item.startsWith(`${entry}=`))
    if (subjects.length > 0) {
      const text = subjects.map((subject) => `${subject.replace(':', '_')}.`).join('')
      others.unshift(`${entry}=${text}${this.#mac(text)}`)
    }
    return others.length === 0 ? undefined : others.slice(0, 32).join(',')
  }

  /** Subjects of the request that this one was made for; none when nobody signed them. */
  subjects(tracestate: string | undefined): readonly Subject[] {
    const item = tracestate?.split(',').find((one) => one.trim().startsWith(`${entry}=`))
    const match = item === undefined ? null : format.exec(item.trim().slice(entry.length + 1))
    if (match === null) return []
    const [, text, mac] = match as unknown as [string, string, string]
    if (!timingSafeEqual(Buffer.from(mac), Buffer.from(this.#mac(text)))) return []
    return text
      .split('.')
      .slice(0, -1)
      .map((subject) => subject.replace('_', ':'))
  }
}
