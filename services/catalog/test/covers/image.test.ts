import type { ApiError } from '@bookshop/kit/errors'
import { expect } from 'chai'
import { readImage, typeOf } from '../../src/covers/image.ts'
import { jpeg, png, webp } from './pictures.ts'

const refusal = (type: string, octets: unknown): [number, string] | null => {
  try {
    readImage(type, octets)
    return null
  } catch (error) {
    const { status, code } = error as ApiError
    return [status, code]
  }
}

describe('readImage', () => {
  for (const [type, octets] of [
    ['image/png', png],
    ['image/jpeg', jpeg],
    ['image/webp', webp],
  ] as const) {
    it(`takes ${type}`, () => {
      expect(readImage(type, octets).sha256).to.match(/^[0-9a-f]{64}$/)
    })
  }

  for (const [what, type, octets, expected] of [
    ['a picture that may hold a script', 'image/svg+xml', Buffer.from('<svg/>'), 415],
    ['a page', 'text/html', Buffer.from('<script>'), 415],
    ['no type', '', png, 415],
    ['the name of an inherited property', 'constructor', png, 415],
    ['a page that says it is a PNG', 'image/png', Buffer.from('<script>alert(1)</script>'), 400],
    ['a JPEG that says it is a PNG', 'image/png', jpeg, 400],
    ['a PNG cut off in its signature', 'image/png', png.subarray(0, 8), 400],
    ['a RIFF file of another kind', 'image/webp', Buffer.from('RIFF\0\0\0\0WAVEfmt '), 400],
    ['nothing', 'image/png', Buffer.alloc(0), 400],
    ['no body', 'image/png', undefined, 400],
  ] as const) {
    it(`refuses ${what}`, () => {
      expect(refusal(type, octets)?.[0]).to.equal(expected)
    })
  }
})

describe('typeOf', () => {
  it('leaves parameters and case out', () => {
    expect(typeOf('Image/PNG; charset=utf-8')).to.equal('image/png')
    expect(typeOf(undefined)).to.equal('')
  })
})
