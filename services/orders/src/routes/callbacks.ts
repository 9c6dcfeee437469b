/**
 * Where providers call back. No login: the signature says who it is.
 *
 * @module
 */
import { ApiError } from '@bookshop/kit/errors'
import { type Request, Router } from 'express'
import { type PaymentCallback, paymentCallback } from '../payments/callback.ts'
import { isSigned, signatureHeader } from '../providers/signature.ts'
import { type ParcelCallback, parcelCallback } from '../shipping/callback.ts'
import type { Shop } from '../shop.ts'

function check(request: Request, provider: string, secret: string): void {
  if (request.params.provider !== provider) {
    throw new ApiError(404, 'not_found', 'No such provider')
  }
  if (!isSigned(secret, request.body, request.get(signatureHeader))) {
    throw new ApiError(401, 'bad_signature', 'The signature does not fit the body')
  }
}

export function callbackRoutes(shop: Shop, secret: string): Router {
  const router = Router()
  router.post('/api/payments/callbacks/:provider', async (request, response) => {
    check(request, shop.payments.name, secret)
    // The document has checked the form.
    const callback = request.body as PaymentCallback
    response.json({ effect: await paymentCallback(shop, shop.payments.name, callback) })
  })
  router.post('/api/shipping/callbacks/:provider', async (request, response) => {
    check(request, shop.parcels.name, secret)
    const callback = request.body as ParcelCallback
    response.json({ effect: await parcelCallback(shop, shop.parcels.name, callback) })
  })
  return router
}
