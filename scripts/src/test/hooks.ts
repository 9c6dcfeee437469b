/**
 * Root hooks of every mocha run: shared stacks end with the run.
 *
 * @module
 */
import { stopSharedStacks } from '../stack/testing.ts'

export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(60_000)
    await stopSharedStacks()
  },
}
