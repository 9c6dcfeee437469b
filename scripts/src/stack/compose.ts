export const composeText = (): string => ''
