/**
 * Where the payment provider and the carrier call back. No login: the signature says who it is,
 * HMAC-SHA256 over the body as compact JSON, in the header `x-provider-signature: sha256=<hex>`.
 *
 * What a callback does follows from the order's own state, so one that comes again, too late or out
 * of turn changes nothing: no list of events is kept.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Request, Router } from 'express'
import type { Shop } from '../context.ts'
import { badSignature, invalid, notFound } from '../errors.ts'
import { type Body, bodyOf, onlyFields, reference } from '../input.ts'
import { parcelOutcome } from './parcelOutcome.ts'
import { paymentOutcome } from './paymentOutcome.ts'

/** The provider's name, in the address that it calls. */
const provider = 'simulated'

function oneOf<T extends string>(body: Body, name: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === body[name])
  if (found === undefined) throw invalid(name, allowed.join(', '))
  return found
}

function matching(body: Body, name: string, pattern: RegExp, what: string): string {
  const value = body[name]
  if (typeof value !== 'string' || !pattern.test(value)) throw invalid(name, what)
  return value
}

/** The provider's own id of what it tells. */
const readEvent = (body: Body) =>
  matching(body, 'event', /^[0-9a-f-]{36}$/, 'a UUID in small letters')

function readPayment(body: Body) {
  onlyFields(body, ['event', 'kind', 'payment', 'outcome'])
  readEvent(body)
  oneOf(body, 'kind', ['charge'])
  return {
    reference: reference(body, 'payment'),
    outcome: oneOf(body, 'outcome', ['succeeded', 'declined']),
  }
}

function readParcel(body: Body) {
  onlyFields(body, ['event', 'order', 'outcome', 'tracking_number'])
  readEvent(body)
  return {
    reference: reference(body, 'order'),
    outcome: oneOf(body, 'outcome', ['shipped', 'delivered']),
    tracking: matching(
      body,
      'tracking_number',
      /^[A-Za-z0-9-]{1,40}$/,
      '1 to 40 letters, digits or -',
    ),
  }
}

function check(req: Request, secret: string | null): void {
  if (secret === null || req.params.provider !== provider) throw notFound('provider')
  const hash = createHmac('sha256', secret).update(JSON.stringify(req.body)).digest('hex')
  const expected = Buffer.from(`sha256=${hash}`)
  const given = Buffer.from(req.get('x-provider-signature') ?? '')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw badSignature()
}

export function callbackRoutes(shop: Shop): Router {
  const router = Router()
  router.post('/payments/callbacks/:provider', async (req, res) => {
    const callback = readPayment(bodyOf(req.body))
    check(req, shop.config.providerSecret)
    res.json({ effect: await paymentOutcome(shop, callback) })
  })
  router.post('/shipping/callbacks/:provider', async (req, res) => {
    const callback = readParcel(bodyOf(req.body))
    check(req, shop.config.providerSecret)
    res.json({ effect: await parcelOutcome(shop.db, callback) })
  })
  return router
}
