/**
 * One process that is kept alive: started again within a second of its death, dead with its
 * supervisor (the kernel kills it, so even a SIGKILL of the supervisor leaves nothing behind), and
 * restarted when it outgrows its memory limit.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, closeSync, openSync, readFileSync } from 'node:fs'
import { until } from '@matapalo/runtime'
import type { Component, Site } from './component.ts'
import { pssOf } from './pss.ts'
import { dyingWithUs, searchPath } from './run.ts'

export type ProcessState = 'stopped' | 'starting' | 'ready' | 'waiting'

/** Up to this long between a death and the next start, 1000 (one second). */
const longestPauseMs = 1000
const memoryEveryMs = 5000

export class Supervised {
  readonly component: Component
  readonly logFile: string
  readonly #site: Site
  #env: Readonly<Record<string, string>>
  #child: ChildProcess | undefined
  #state: ProcessState = 'stopped'
  #wanted = false
  #restarts = 0
  #earlyDeaths = 0
  #generation = 0
  #memoryWatch: NodeJS.Timeout | undefined
  #starting = new AbortController()
  #started: Promise<void> = Promise.resolve()

  constructor(
    component: Component,
    site: Site,
    logFile: string,
    env: Readonly<Record<string, string>>,
  ) {
    this.component = component
    this.#site = site
    this.logFile = logFile
    this.#env = env
  }

  get state(): ProcessState {
    return this.#state
  }
  get pid(): number | undefined {
    return this.#child?.pid
  }
  get restarts(): number {
    return this.#restarts
  }

  /** Variables on top of the definition's own, from the next start on. */
  setEnv(env: Readonly<Record<string, string>>): void {
    this.#env = { ...this.#env, ...env }
  }

  start(): void {
    if (this.#wanted) return
    this.#wanted = true
    this.#earlyDeaths = 0
    this.#memoryWatch = setInterval(() => void this.#watchMemory(), memoryEveryMs).unref()
    this.#start()
  }

  #start(): void {
    this.#state = 'starting'
    this.#starting = new AbortController()
    this.#started = this.#recoverAndSpawn(this.#starting.signal)
  }

  async #recoverAndSpawn(signal: AbortSignal): Promise<void> {
    try {
      await this.component.recover?.(this.#site, signal)
      if (!signal.aborted) this.#spawn()
    } catch (error) {
      if (signal.aborted) return
      appendFileSync(this.logFile, `${error instanceof Error ? error.message : String(error)}\n`)
      this.#again(true)
    }
  }

  #spawn(): void {
    const launch = this.component.launch(this.#site)
    const [command, args] = dyingWithUs(launch.command, launch.args, launch.user)
    const log = openSync(this.logFile, 'a', 0o600)
    const startedAt = performance.now()
    const generation = ++this.#generation
    const child = spawn(command, args, {
      cwd: this.#site.folder,
      // Its own process group: Ctrl-C in a terminal is the supervisor's business.
      detached: true,
      stdio: [launch.input === undefined ? 'ignore' : 'pipe', log, log],
      env: { ...inherited(), PATH: searchPath, ...launch.env, ...this.#env },
    })
    closeSync(log)
    this.#child = child
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(launch.input)
    child.on('error', () => this.#died(child, startedAt))
    child.on('exit', () => this.#died(child, startedAt))
    void this.#watchReady(generation)
  }

  #died(child: ChildProcess, startedAt: number): void {
    if (this.#child !== child) return
    this.#child = undefined
    this.#generation++
    if (!this.#wanted) {
      this.#state = 'stopped'
      return
    }
    this.#again(performance.now() - startedAt < 2000)
  }

  #again(early: boolean): void {
    this.#earlyDeaths = early ? this.#earlyDeaths + 1 : 0
    this.#restarts++
    this.#state = 'waiting'
    const pause = early ? Math.min(100 * 2 ** this.#earlyDeaths, longestPauseMs) : 50
    setTimeout(() => {
      if (this.#wanted && this.#state === 'waiting') this.#start()
    }, pause)
  }

  async #watchReady(generation: number): Promise<void> {
    const current = (): boolean => this.#generation === generation
    await until(async () => !current() || (await this.component.ready(this.#site)), {
      timeoutMs: 24 * 3600_000,
      everyMs: 25,
    })
    if (current()) this.#state = 'ready'
  }

  async #watchMemory(): Promise<void> {
    const pid = this.pid
    const used = pid === undefined ? undefined : await pssOf(pid)
    if (used === undefined || used <= this.component.memoryMiB || this.pid !== pid) return
    process.stderr.write(
      `stack: ${this.component.name} uses ${used} MiB, its limit is ${this.component.memoryMiB} MiB; restarting it\n`,
    )
    this.#child?.kill('SIGTERM')
  }

  /** Resolves when it is ready; throws with the end of its log when it is not, or keeps dying. */
  async ready(timeoutMs: number): Promise<void> {
    const end = await until(
      () => (this.#state === 'ready' ? 'ready' : this.#earlyDeaths >= 5 ? 'dying' : undefined),
      { timeoutMs },
    )
    if (end === 'ready') return
    const why = end === 'dying' ? 'keeps dying' : `is not ready after ${timeoutMs} ms`
    throw new Error(`${this.component.name} ${why}; the end of ${this.logFile}:\n${this.logEnd()}`)
  }

  logEnd(lines = 25): string {
    try {
      return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')
    } catch {
      return ''
    }
  }

  /** Sends a signal; a process that dies of it is started again. */
  signal(signal: NodeJS.Signals): boolean {
    return this.#child?.kill(signal) ?? false
  }

  /** Ends it for good: SIGTERM, and SIGKILL after the limit. 0 kills at once. */
  async stop(graceMs = 10_000): Promise<void> {
    this.#wanted = false
    clearInterval(this.#memoryWatch)
    this.#starting.abort()
    await this.#started
    const child = this.#child
    if (child === undefined || child.pid === undefined) {
      this.#state = 'stopped'
      return
    }
    child.kill('SIGCONT')
    child.kill(graceMs === 0 ? 'SIGKILL' : 'SIGTERM')
    const gone = (): boolean => this.#child !== child
    if (await until(gone, { timeoutMs: graceMs === 0 ? 10_000 : graceMs })) return
    child.kill('SIGKILL')
    await until(gone, { timeoutMs: 10_000 })
  }
}

/** The processes get their own configuration, not whatever the caller's shell happens to hold. */
const inherited = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ['HOME', 'LANG', 'JAVA_HOME', 'TMPDIR', 'USER']
      .map((name) => [name, process.env[name]] as const)
      .filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
