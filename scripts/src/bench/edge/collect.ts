/**
 * Loaded beside an edge that is measured: collects garbage when it is told to.
 *
 * @module
 */
process.on('SIGUSR2', () => {
  globalThis.gc?.()
  globalThis.gc?.()
})
