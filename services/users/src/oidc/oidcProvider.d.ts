/** The part of oidc-provider 9 that we use; it brings no types of its own. */
declare module 'oidc-provider' {
  import type { EventEmitter } from 'node:events'
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export interface Client {
    readonly clientId: string
    /** Extra metadata, see clients.ts. */
    readonly api_scope?: string
    grantTypeAllowed(type: string): boolean
  }

  export interface Grant {
    save(): Promise<string>
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
  }

  export interface Context {
    readonly req: IncomingMessage
    body: unknown
    type: string
    readonly oidc: {
      readonly client?: Client
      readonly result?: { readonly consent?: { readonly grantId?: string } }
      readonly session?: { grantIdFor(clientId: string): string | undefined }
      readonly provider: Provider
    }
  }

  export interface InteractionDetails {
    readonly uid: string
    readonly prompt: { readonly name: string }
    readonly params: Readonly<Record<string, unknown>>
    readonly session?: { readonly accountId?: string }
  }

  export namespace errors {
    class OIDCProviderError extends Error {
      constructor(status: number, message: string)
      readonly statusCode: number
      error_description?: string
    }
    class InvalidGrant extends OIDCProviderError {
      constructor(detail: string)
    }
    class SessionNotFound extends OIDCProviderError {}
  }

  export default class Provider extends EventEmitter {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>)
    proxy: boolean
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>
    interactionDetails(
      request: IncomingMessage,
      response: ServerResponse,
    ): Promise<InteractionDetails>
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: object,
      options: { readonly mergeWithLastSubmission: boolean },
    ): Promise<void>
    readonly Grant: {
      new (of: { readonly accountId: string; readonly clientId: string }): Grant
      find(id: string): Promise<Grant | undefined>
    }
  }
}
