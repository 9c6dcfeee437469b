/**
 * Where a request comes from, and how the client reached us: by its connection, or by what a balancer
 * in front has said of it.
 *
 * @module
 */
import type { IncomingMessage } from 'node:http'

export interface Origin {
  readonly address: string
  readonly scheme: 'http' | 'https'
}

/** A message of a test may have no socket. */
type Message = Partial<Pick<IncomingMessage, 'socket'>>

const told = new WeakMap<Message, Origin>()

/** A dual-stack socket shows an IPv4 client as an IPv6 one. */
export const plainAddress = (address: string): string =>
  address.toLowerCase().startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address

export const peerOf = ({ socket }: Message): string => socket?.remoteAddress ?? ''

const schemeOfPeer = ({ socket }: Message): 'http' | 'https' =>
  socket !== undefined && 'encrypted' in socket ? 'https' : 'http'

/** From now on the message comes from there. */
export function setOrigin(message: Message, origin: Partial<Origin>): void {
  const own = { address: peerOf(message), scheme: schemeOfPeer(message) }
  told.set(message, { ...own, ...origin })
}

export const addressOf = (message: Message): string => told.get(message)?.address ?? peerOf(message)

export const schemeOf = (message: Message): 'http' | 'https' =>
  told.get(message)?.scheme ?? schemeOfPeer(message)
