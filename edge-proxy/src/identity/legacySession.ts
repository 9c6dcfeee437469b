/**
 * Asks whoever serves the introspection path, by the table in force, whose session a cookie is.
 *
 * @module
 */
import { type Introspect, parseSession } from './introspection.ts'
import type { AskOwner } from './owner.ts'

export const legacySession =
  (ask: AskOwner, path: string, cookie: string): Introspect =>
  async (session) => {
    const { text } = await ask({
      path,
      headers: () => ['cookie', `${cookie}=${session}`],
      answers: [200],
    })
    return parseSession(text)
  }
