/**
 * The name by which an upstream over TLS is asked for, and to which its certificate must belong: its
 * own, from the route table. Node and undici take the name from the `Host` field instead, which is the
 * client's, and dial again whenever that changes.
 *
 * @module
 */
import { Agent, type AgentOptions } from 'node:https'
import { isIP } from 'node:net'

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '')

/** Empty for an address: then none is sent, and the certificate must name the address. */
export const serverName = (hostname: string): string => (isIP(bare(hostname)) === 0 ? hostname : '')

/** For Node's requests. */
export class NamedAgent extends Agent {
  constructor(options: AgentOptions) {
    // One pool for a replica, whatever hosts are asked for.
    super({ ...options, servername: '' })
  }

  override createConnection(...[options, callback]: Parameters<Agent['createConnection']>) {
    const servername = serverName(options.host ?? '')
    return super.createConnection({ ...options, servername }, callback)
  }
}
