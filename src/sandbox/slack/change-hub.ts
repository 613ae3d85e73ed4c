import type { WorkspaceChange } from './types.ts';

/** Tells listeners what changed, so that waiting tests and a live page need no polling. */
export interface ChangeHub {
  emit(change: WorkspaceChange): void;
  /** Returns the function that ends the subscription. */
  subscribe(listener: (change: WorkspaceChange) => void): () => void;
}

/** A synchronous list of listeners. */
export function createChangeHub(): ChangeHub {
  const listeners = new Set<(change: WorkspaceChange) => void>();
  return {
    emit(change) {
      for (const listener of [...listeners]) listener(change);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
