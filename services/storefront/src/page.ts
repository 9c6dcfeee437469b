/**
 * A page or a form's target: where it is, and what answers it.
 *
 * @module
 */

import type { Sheet } from './view/layout.ts'
import type { Visit } from './visit.ts'

export interface Shown extends Sheet {
  readonly status?: number
}

/** After a form was taken: go there (303). */
export interface Onward {
  readonly to: string
  readonly cookies?: readonly string[]
}

export type Answer = Shown | Onward

export interface Page {
  readonly method: 'get' | 'post'
  /** As the manifest writes it. */
  readonly path: string
  /** A visitor without any login is sent to it without asking anybody. */
  readonly login?: true
  /**
   * A form that only the storefront renders carries its token. Forms that the old shop has too do
   * without: it would refuse the field, and its own have none.
   */
  readonly token?: true
  /** Its form carries a file. */
  readonly upload?: true
  answer(visit: Visit): Promise<Answer>
}

export const isOnward = (answer: Answer): answer is Onward => 'to' in answer
