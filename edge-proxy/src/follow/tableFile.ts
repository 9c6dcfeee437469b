/**
 * The last route table on disk, for a boot while neither control plane nor ledger answers.
 *
 * @module
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RouteTable } from '@matapalo/core'
import type { Log } from '@matapalo/runtime'

export class TableFile {
  readonly #directory: string
  readonly #file: string
  readonly #log: Log
  #next: RouteTable | undefined
  #writing: Promise<void> | undefined

  constructor(directory: string, log: Log) {
    this.#directory = directory
    this.#file = join(directory, 'route-table.json')
    this.#log = log
  }

  /** @returns null when there is none, or none that can be read */
  async read(): Promise<unknown> {
    try {
      return JSON.parse(await readFile(this.#file, 'utf8'))
    } catch {
      return null
    }
  }

  /** In the background, the newest wins; a crash leaves the old or the new file, never a part. */
  write(table: RouteTable): void {
    this.#next = table
    this.#writing ??= this.#run().finally(() => {
      this.#writing = undefined
    })
  }

  async flush(): Promise<void> {
    await this.#writing
  }

  async #run(): Promise<void> {
    while (this.#next !== undefined) {
      const table = this.#next
      this.#next = undefined
      try {
        await mkdir(this.#directory, { recursive: true })
        const part = `${this.#file}.${process.pid}.part`
        await writeFile(part, JSON.stringify(table), { mode: 0o600 })
        await rename(part, this.#file)
      } catch (error) {
        this.#log.warn({ err: error }, 'tableFile.failed')
      }
    }
  }
}
