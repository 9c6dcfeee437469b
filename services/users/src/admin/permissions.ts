/**
 * Roles and what they may do, read from the OpenAPI document, where each security scheme is a
 * permission and names the roles that hold it: one list, which the contract enforces.
 *
 * @module
 */
interface Schemes {
  readonly components?: {
    readonly securitySchemes?: Readonly<Record<string, { readonly 'x-roles'?: readonly string[] }>>
  }
}

/** Roles that administrators give and take. */
export const grantable = ['customer', 'agent', 'staff', 'admin'] as const

export interface RoleView {
  readonly role: string
  readonly permissions: readonly string[]
}

export function permissionsOf(document: object): readonly RoleView[] {
  const schemes = Object.entries((document as Schemes).components?.securitySchemes ?? {})
  return grantable.map((role) => ({
    role,
    permissions: schemes
      .filter(([, scheme]) => scheme['x-roles'] === undefined || scheme['x-roles'].includes(role))
      .map(([name]) => name),
  }))
}
