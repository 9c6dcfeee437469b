/**
 * What every answer says about itself: no scripts at all, nothing from elsewhere, not to be framed,
 * not to be kept.
 *
 * @module
 */
import type { RequestHandler } from 'express'

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const headers = {
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  // Pages differ by visitor, and each rendering of a form has a reference of its own.
  'Cache-Control': 'private, no-store',
  Vary: 'Cookie, Authorization',
} as const

export const guarded: RequestHandler = (_request, response, next) => {
  response.set(headers)
  next()
}
