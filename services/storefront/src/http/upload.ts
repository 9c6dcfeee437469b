/**
 * A form with a file. It is read whole by the platform's own parser, so it is bounded first: what is
 * longer is heard out as far as decent, since a browser that is cut off in the middle of sending shows
 * an error of its own instead of our answer.
 *
 * @module
 */
import type { Request, RequestHandler } from 'express'
import { callerOf } from '../shop/caller.ts'
import { loginRequired, ShopRefused } from '../shop/shop.ts'

/** Two mebibytes, as the catalogue takes them. */
export const mostOctets = 2 * 1024 * 1024
/** The form's other fields, and what stands between them: 16 KiB. */
const mostAround = 16 * 1024
/** Eight mebibytes, the `maxBody` of the route. */
const mostHeard = 8 * 1024 * 1024

const tooLarge = (): ShopRefused =>
  new ShopRefused(
    413,
    'payload_too_large',
    'This picture is too large: a cover has at most 2 MiB. Go back and choose a smaller one',
  )

async function readAll(request: Request): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > mostHeard) throw tooLarge()
    if (length <= mostOctets + mostAround) chunks.push(chunk)
    else chunks.length = 0
  }
  if (length > mostOctets + mostAround) throw tooLarge()
  return Buffer.concat(chunks)
}

/** Who has no login sends nothing to nobody. Fields become the request's body, the file a `File`. */
export const readUpload: RequestHandler = async (request, _response, next) => {
  const type = request.get('content-type') ?? ''
  if (!/^multipart\/form-data\b/i.test(type)) return next()
  if (callerOf(request.headers).credential === null) throw loginRequired()
  const octets = await readAll(request)
  const answer = new Response(octets, { headers: { 'content-type': type } })
  const form = await answer.formData().catch((cause: unknown) => {
    throw Object.assign(new ShopRefused(400, 'invalid_request', 'The form could not be read'), {
      cause,
    })
  })
  request.body = Object.fromEntries(form)
  next()
}
