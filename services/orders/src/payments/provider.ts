/**
 * The payment provider, as this service needs it.
 *
 * @module
 */
export interface ChargeOrder {
  /** The caller's own unique name of the payment; repeating it charges once. */
  readonly payment: string
  readonly amountCents: number
  readonly cardLast4: string | null
}

/** `pending`: the provider will call back. `unknown`: it has never heard of the payment. */
export type PaymentOutcome = 'succeeded' | 'declined' | 'pending'

/** The provider did not answer: whether it charged is not known. */
export class ProviderSilent extends Error {
  readonly code = 'PROVIDER_SILENT'
}

export const outOfTime = (): ProviderSilent =>
  new ProviderSilent('the time of the request was over before the payment provider answered')

export interface PaymentProvider {
  readonly name: string
  /** @throws ProviderSilent */
  charge(order: ChargeOrder, timeoutMs: number): Promise<PaymentOutcome>
  /** What became of a payment. @throws ProviderSilent */
  find(payment: string): Promise<PaymentOutcome | 'unknown'>
  /** Gives all of it back, once however often it is asked. @throws ProviderSilent */
  refund(payment: string, amountCents: number): Promise<PaymentOutcome>
}
