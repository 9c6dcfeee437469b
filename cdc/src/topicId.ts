/**
 * The id that Kafka gives a topic at its creation, by one Metadata request (v10, KIP-516) over a
 * socket of its own: kafkajs 2 speaks an older version and cannot tell a topic from one that was
 * deleted and made again under its name, whose offsets mean other messages.
 *
 * @module
 */
import { connect } from 'node:net'
import { MatapaloError } from '@matapalo/core'

/** No broker told the topic's id. */
export class TopicUnknown extends MatapaloError {
  readonly code = 'MATAPALO_TOPIC_UNKNOWN'
  override readonly retryable = true

  constructor(topic: string, cause: unknown) {
    super(`${topic}: no broker tells its id; run: matapalo status`, { cause })
  }
}

const request = (topic: string): Buffer => {
  const client = Buffer.from('matapalo')
  const name = Buffer.from(topic)
  const head = Buffer.alloc(4 + 2 + 2 + 4 + 2)
  head.writeInt16BE(3, 4) // Metadata
  head.writeInt16BE(10, 6)
  head.writeInt32BE(1, 8)
  head.writeInt16BE(client.length, 12)
  if (name.length > 126) throw new TypeError(`topic name too long: ${topic}`)
  const body = Buffer.concat([
    client,
    Buffer.from([0]), // header's tagged fields
    Buffer.from([2]), // one topic (compact array: length + 1)
    Buffer.alloc(16), // no id: looked up by name
    Buffer.from([name.length + 1]),
    name,
    Buffer.from([0, 0, 0, 0, 0]), // tags; no creation; no authorized operations, twice; tags
  ])
  const packet = Buffer.concat([head, body])
  packet.writeInt32BE(packet.length - 4, 0)
  return packet
}

/** A cursor over the response, in Kafka's flexible encoding. */
function readTopicId(packet: Buffer): string {
  let at = 4 + 4
  const varint = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = packet[at++] ?? 0
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const skipString = (): void => {
    const length = varint()
    at += Math.max(0, length - 1)
  }
  const skipTags = (): void => {
    for (let left = varint(); left > 0; left -= 1) {
      varint()
      at += varint()
    }
  }
  skipTags()
  at += 4 // throttle
  for (let left = varint() - 1; left > 0; left -= 1) {
    at += 4 // node id
    skipString() // host
    at += 4 // port
    skipString() // rack
    skipTags()
  }
  skipString() // cluster id
  at += 4 // controller
  varint() // topics: one
  const error = packet.readInt16BE(at)
  at += 2
  if (error !== 0) throw new Error(`Kafka error ${error}`)
  skipString()
  return packet.subarray(at, at + 16).toString('hex')
}

const ask = (broker: string, packet: Buffer): Promise<string> =>
  new Promise((resolve, reject) => {
    const split = broker.lastIndexOf(':')
    const socket = connect({ host: broker.slice(0, split), port: Number(broker.slice(split + 1)) })
    let got = Buffer.alloc(0)
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer in 5 s')))
    socket.on('connect', () => socket.write(packet))
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('connection closed')))
    socket.on('data', (chunk) => {
      got = Buffer.concat([got, chunk])
      if (got.length < 4 || got.length < 4 + got.readInt32BE(0)) return
      try {
        resolve(readTopicId(got))
      } catch (error) {
        reject(error)
      }
      socket.destroy()
    })
  })

/** @returns 32 hex digits */
export async function readTopicIdOf(brokers: readonly string[], topic: string): Promise<string> {
  let last: unknown
  for (const broker of brokers) {
    try {
      return await ask(broker, request(topic))
    } catch (error) {
      last = error
    }
  }
  throw new TopicUnknown(topic, last)
}
