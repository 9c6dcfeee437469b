export declare const isAlive: (pid: number) => boolean
export declare function withLock<T>(
  path: string,
  work: () => Promise<T> | T,
  onWait?: () => void,
): Promise<T>
