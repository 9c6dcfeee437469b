/** Metrics of the control plane. */
import { Counter, createRegistry, Gauge, Histogram } from '@matapalo/runtime'

export const registry = createRegistry('control-plane')
const registers = [registry]

/** Seconds. */
const windowBuckets = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5]

export const metrics = {
  transfers: new Counter({
    name: 'matapalo_control_transfers_total',
    help: 'Transfers ended, by kind and outcome',
    labelNames: ['kind', 'outcome'],
    registers,
  }),
  stepSeconds: new Histogram({
    name: 'matapalo_control_step_seconds',
    help: 'Time of each step of a transfer',
    labelNames: ['step', 'act'],
    buckets: windowBuckets,
    registers,
  }),
  pauseSeconds: new Histogram({
    name: 'matapalo_control_pause_seconds',
    help: 'Time in which writes waited, per transfer',
    buckets: windowBuckets,
    registers,
  }),
  leading: new Gauge({
    name: 'matapalo_control_leading',
    help: '1 while this process holds the lease',
    registers,
  }),
  edges: new Gauge({
    name: 'matapalo_control_edges_connected',
    help: 'Edges with an open stream',
    registers,
  }),
  epoch: new Gauge({
    name: 'matapalo_control_epoch',
    help: 'Epoch of the route table in force',
    registers,
  }),
  fencesRepaired: new Counter({
    name: 'matapalo_control_fences_repaired_total',
    help: 'Fences that the reconciler closed or opened to match the ledger',
    registers,
  }),
  frozen: new Gauge({
    name: 'matapalo_control_domains_frozen',
    help: 'Domains that wait for a person',
    registers,
  }),
  phase: new Gauge({
    name: 'matapalo_control_phase',
    help: '1 for the phase that a domain is in',
    labelNames: ['domain', 'phase'],
    registers,
  }),
  parity: new Gauge({
    name: 'matapalo_control_parity',
    help: '1 for what the comparisons of a route amount to: pass, fail, inconclusive',
    labelNames: ['domain', 'route', 'verdict'],
    registers,
  }),
  parityRulesExpired: new Gauge({
    name: 'matapalo_control_parity_rules_expired',
    help: 'Ignore rules of a manifest whose last day is over',
    labelNames: ['domain'],
    registers,
  }),
  canariesStopped: new Counter({
    name: 'matapalo_control_canaries_stopped_total',
    help: 'Canaries that ended since an answer of the candidate was found to be wrong',
    labelNames: ['domain'],
    registers,
  }),
  triggersMissing: new Gauge({
    name: 'matapalo_control_triggers_missing',
    help: 'Fence triggers that should exist and do not',
    registers,
  }),
}
