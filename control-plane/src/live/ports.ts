/** The ports of a real transfer. */
import type { Control } from '../control.ts'
import type { TransferPorts } from '../ports.ts'
import { edgesPort } from './edgesPort.ts'
import { ledgerPort } from './ledgerPort.ts'
import { giveBack } from './privileges.ts'
import { storesPort } from './storesPort.ts'
import { verificationPort } from './verificationPort.ts'

export async function livePorts(control: Control): Promise<TransferPorts> {
  const { hub, stores } = control
  return {
    ledger: ledgerPort(control),
    edges: edgesPort(hub),
    stores: {
      ...storesPort(stores, await control.manifests()),
      giveBack: (domain, side) => giveBack(control, domain, side),
    },
    verification: verificationPort(control),
  }
}
