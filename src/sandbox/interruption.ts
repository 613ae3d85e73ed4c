import type { Input } from './console/input.ts';

/** Somebody wants everything to end. */
export interface Interruption {
  /** Aborted at the first wish. */
  signal: AbortSignal;
  interrupt(signal: NodeJS.Signals): void;
  /**
   * Resolves at the first wish: 0 when a person left the console, else 128 and the signal's number. Rejects
   * with an error nobody caught: that ends everything in order, too.
   */
  exitCode(input: Input): Promise<number>;
  /** Called when somebody wishes it again, a second or more later. */
  onImpatience(listener: () => void): void;
}

const NUMBERS: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
/** npm hands on signals that came here already, so the first moments count as one. */
const SAME_WISH_MS = 1_000;

/** Listens to the signals that end a process. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  const first = Promise.withResolvers<NodeJS.Signals>();
  let wishedAt: number | undefined;
  let impatient = () => {};
  const interrupt = (signal: NodeJS.Signals) => {
    if (wishedAt !== undefined) {
      if (performance.now() - wishedAt > SAME_WISH_MS) impatient();
      return;
    }
    wishedAt = performance.now();
    first.resolve(signal);
    controller.abort(new Interrupted(signal));
  };
  for (const signal of Object.keys(NUMBERS) as NodeJS.Signals[]) process.on(signal, () => interrupt(signal));
  process.on('uncaughtException', (error) => {
    first.reject(error);
    controller.abort(error);
  });
  // Before the console there is nobody to hear of it but the signal.
  first.promise.catch(() => undefined);
  return {
    signal: controller.signal,
    interrupt,
    async exitCode(input) {
      const signal = await first.promise;
      return input.isInteractive && signal === 'SIGINT' ? 0 : exitCodeOf(signal);
    },
    onImpatience(listener) {
      impatient = listener;
    },
  };
}

/** The start was ended by a signal. */
export class Interrupted extends Error {
  override name = 'Interrupted';
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.exitCode = exitCodeOf(signal);
  }
}

function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + (NUMBERS[signal] ?? 0);
}
