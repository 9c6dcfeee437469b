/**
 * Balancers in front of the edges that speak HTTP: what they add to a message about its client is
 * believed, of whoever else sends it nothing. Without it all clients would share one address, and
 * with it every limit that is counted by address.
 *
 * A balancer adds the address of whom it was asked by at the right end of `X-Forwarded-For`; to the
 * left stands what that one said. So the client is the first from the right that is no balancer.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'
import { UnclearOrigin } from './errors.ts'
import { type Origin, peerOf, plainAddress, setOrigin } from './origin.ts'

const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. @throws Error that says what is expected */
function add(list: BlockList, text: string): void {
  const [address = '', bits, ...rest] = text.split('/')
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : -1
  if (rest.length > 0 || prefix < 0 || prefix > most) {
    throw new Error(`expected addresses or networks such as 10.0.0.0/8, got ${text}`)
  }
  list.addSubnet(address, prefix, family(address))
}

/** `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`; undefined: none of these. */
function addressIn(text: string): string | undefined {
  const bare = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? text
  const address = /^([\d.]+):\d{1,5}$/.exec(bare)?.[1] ?? bare
  return isIP(address) === 0 ? undefined : plainAddress(address)
}

const values = (field: string | string[] | undefined): readonly string[] =>
  field === undefined
    ? []
    : String(field)
        .split(',')
        .map((one) => one.trim())

export class Balancers {
  readonly #list = new BlockList()
  readonly #any: boolean

  /** @param networks comma-separated; empty: nobody is believed */
  constructor(networks: string) {
    const named = networks.split(',').map((one) => one.trim())
    for (const one of named) if (one !== '') add(this.#list, one)
    this.#any = named.some((one) => one !== '')
  }

  has(address: string): boolean {
    if (!this.#any) return false
    const plain = plainAddress(address)
    return isIP(plain) !== 0 && this.#list.check(plain, family(plain))
  }

  /** @throws UnclearOrigin when a balancer says what nobody can read */
  believe(message: Pick<IncomingMessage, 'headers' | 'socket'>): void {
    const peer = peerOf(message)
    if (this.has(peer)) setOrigin(message, { ...this.#address(message), ...this.#scheme(message) })
  }

  #address({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): Partial<Origin> {
    let client: string | undefined
    for (const text of values(headers['x-forwarded-for']).toReversed()) {
      client = addressIn(text)
      if (client === undefined) throw new UnclearOrigin('X-Forwarded-For', peerOf({ socket }))
      if (!this.has(client)) break
    }
    // It asks for itself, as for our health.
    return client === undefined ? {} : { address: client }
  }

  #scheme({ headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>): Partial<Origin> {
    const scheme = values(headers['x-forwarded-proto']).at(-1)?.toLowerCase()
    if (scheme === undefined) return {}
    if (scheme === 'http' || scheme === 'https') return { scheme }
    throw new UnclearOrigin('X-Forwarded-Proto', peerOf({ socket }))
  }
}
