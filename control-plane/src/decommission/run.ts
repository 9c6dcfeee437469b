/**
 * A domain's end at the monolith: its old tables are renamed, may come back, and are dropped.
 *
 * Until the drop everything else stays: fence, triggers, feeds. The applier of the way back writes to
 * the renamed tables, so that an undo gives back a domain that can still be rolled back, with nothing
 * lost meanwhile. Each step may be repeated; a killed act is ended by asking for it again.
 *
 * @module
 */
import { hasTables } from '@matapalo/core'
import type { Control } from '../control.ts'
import { Refused } from '../errors.ts'
import { writeAudit } from '../ledger/audit.ts'
import {
  beginTurn,
  type Decommission,
  type DecommissionAct,
  type DecommissionState,
  endTurn,
  isUnderWay,
  readDecommission,
  writeDecommission,
} from '../ledger/decommissions.ts'
import { freeze } from '../ledger/domains.ts'
import { readTransfers } from '../ledger/transfers.ts'
import { type Condition, conditions, type Known, waivable } from './conditions.ts'
import { collectEvidence } from './evidence.ts'
import { oldName } from './oldTables.ts'
import { dropSteps, renameSteps, type Step, undoSteps } from './steps.ts'

export interface EndRequest {
  readonly act: DecommissionAct
  readonly view: boolean
  readonly without: readonly string[]
  readonly reason: string
  readonly actor: string
}

/** What is known now, and what stands in the way of the next act. */
export async function look(control: Control, name: string) {
  const { domain, manifest } = await control.domain(name)
  const [state, transfers] = await Promise.all([
    readDecommission(control.ledger, name),
    readTransfers(control.ledger, { state: 'completed', domain: name }),
  ])
  const cutover = transfers.find(({ kind }) => kind === 'cutover') ?? null
  const since =
    state !== null && isUnderWay(state)
      ? state.since
      : (cutover?.finishedAt ?? new Date().toISOString())
  const evidence = await collectEvidence(control, name, since)
  const known: Known = { domain, manifest, state, cutover, evidence }
  return known
}

function refuse(act: string, open: readonly Condition[]): void {
  if (open.length === 0) return
  const lines = open.map(({ name, line }) =>
    waivable.includes(name) ? `${line} (to go on without it: --without ${name})` : line,
  )
  throw new Refused(`decommission (${act}) refused, nothing changed:\n  ${lines.join('\n  ')}`)
}

async function enter(
  control: Control,
  known: Known,
  state: DecommissionState,
  request: EndRequest,
): Promise<Decommission> {
  const { manifest, domain } = known
  const now: Omit<Decommission, 'since'> = {
    domain: domain.name,
    state,
    names:
      known.state !== null && isUnderWay(known.state)
        ? known.state.names
        : Object.fromEntries(manifest.tables.map(({ source }) => [source, oldName(source)])),
    view: state === 'renaming' ? request.view : (known.state?.view ?? false),
    evidence: known.evidence,
    without: request.without,
    actor: request.actor,
    reason: request.reason,
  }
  const held = `its old tables are renamed; run: matapalo decommission ${domain.name} --undo, or --drop`
  await control.lead().guarded('decommission', async (tx) => {
    const [row] = await tx.query('SELECT transfer_id FROM domain WHERE name = ? FOR UPDATE', [
      domain.name,
    ])
    if (row?.transfer_id !== null)
      throw new Refused(
        `${domain.name}: transfer ${row?.transfer_id} is running; run: matapalo status ${domain.name}`,
      )
    await writeDecommission(tx, now)
    await freeze(tx, domain.name, state === 'undone' || state === 'dropped' ? null : held)
    await writeAudit(tx, {
      actor: request.actor,
      action: `decommission.${state}`,
      domain: domain.name,
      detail: { reason: request.reason, without: request.without, names: now.names },
    })
  })
  return { ...now, since: new Date().toISOString() }
}

async function walk(
  control: Control,
  name: string,
  act: DecommissionAct,
  steps: readonly Step[],
): Promise<void> {
  for (const step of steps) {
    const id = await control
      .lead()
      .guarded('decommission', (tx) => beginTurn(tx, name, act, step.name))
    try {
      const detail = await step.do()
      await endTurn(control.ledger, id, 'done', detail)
      control.log.info({ domain: name, act, step: step.name }, 'decommission.step')
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      await endTurn(control.ledger, id, 'failed', { message }).catch(() => undefined)
      throw error
    }
  }
}

const running = new WeakMap<Control, Set<string>>()

/** @returns the state reached */
export async function decommission(
  control: Control,
  name: string,
  request: EndRequest,
): Promise<Decommission> {
  const busy = running.get(control) ?? new Set<string>()
  running.set(control, busy)
  if (busy.has(name))
    throw new Refused(`${name}: it is under way; run: matapalo decommission ${name}`)
  busy.add(name)
  try {
    return await perform(control, name, request)
  } finally {
    busy.delete(name)
  }
}

async function perform(control: Control, name: string, request: EndRequest): Promise<Decommission> {
  const known = await look(control, name)
  const { act } = request
  const unknown = request.without.filter((one) => !waivable.includes(one))
  if (unknown.length > 0)
    throw new Refused(
      `--without ${unknown.join(', ')}: there is no such condition, or it cannot be switched off`,
    )
  const under = known.state?.state
  if (act === 'undo') {
    if (known.state === null || !isUnderWay(known.state) || under === 'dropping')
      throw new Refused(
        `${name}: there is nothing to undo${under === 'dropping' || under === 'dropped' ? ', its old tables are being dropped or gone' : ''}; run: matapalo decommission ${name}`,
      )
    const state = await enter(control, known, 'undoing', request)
    await walk(control, name, act, undoSteps(control, known.manifest, state))
    return enter(control, { ...known, state }, 'undone', request)
  }
  const open = await conditions(control, known, { act, view: request.view })
  refuse(
    act,
    open.filter((one) => !request.without.includes(one.name)),
  )
  if (!hasTables(known.manifest) || act === 'drop') {
    const state = await enter(control, known, 'dropping', request)
    await walk(control, name, 'drop', dropSteps(control, known.manifest, state))
    return enter(control, { ...known, state }, 'dropped', request)
  }
  const state = await enter(control, known, 'renaming', request)
  await walk(control, name, act, renameSteps(control, known.manifest, state))
  return enter(control, { ...known, state }, 'renamed', request)
}
