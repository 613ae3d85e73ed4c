import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Functions another process offers; arguments and answers travel as structured clones. */
// biome-ignore lint/suspicious/noExplicitAny: any other type of parameter would refuse a function that takes something
type Calls = Record<string, (...args: any[]) => unknown>;

/** The same functions seen from outside. */
export type Remote<C> = {
  [Name in keyof C]: C[Name] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : never;
};

interface Ask {
  id: number;
  name: string;
  args: unknown[];
}

type Reply = { id: number; value: unknown } | { id: number; problem: string };

/** Offers functions to the process that forked this one, and says that they are there. */
export function offer(calls: Calls): void {
  process.on('message', ({ id, name, args }: Ask) => {
    const send = (reply: Reply) => process.send?.(reply);
    const run = async () => calls[name]?.(...args);
    run().then(
      (value) => send({ id, value }),
      (error: unknown) => send({ id, problem: error instanceof Error ? error.message : String(error) }),
    );
  });
  // Whoever forked us is gone, however that came about.
  process.on('disconnect', () => process.exit(0));
  process.send?.({ id: 0, value: 'ready' } satisfies Reply);
}

/** Runs a file that calls `offer`. @throws when it ends before it is ready. */
export async function forkRemote<C>(
  url: URL,
  args: readonly string[] = [],
): Promise<{ calls: Remote<C>; child: ChildProcess; stop(): Promise<void> }> {
  const child = fork(fileURLToPath(url), args, { serialization: 'advanced', stdio: ['ignore', 1, 2, 'ipc'] });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>([[0, Promise.withResolvers()]]);
  let lastId = 0;
  child.on('message', (reply: Reply) => {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('problem' in reply) asked?.reject(new Error(reply.problem));
    else asked?.resolve(reply.value);
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void ended.then(() => {
    for (const { reject } of waiting.values()) reject(new Error(`${url.pathname} has ended`));
  });
  await waiting.get(0)?.promise;
  const calls = new Proxy({} as Remote<C>, {
    get(_, name) {
      // A proxy that is awaited is asked for `then`.
      if (name === 'then') return undefined;
      return (...args: unknown[]) => {
        const asked = Promise.withResolvers<unknown>();
        lastId += 1;
        waiting.set(lastId, asked);
        child.send({ id: lastId, name: String(name), args } satisfies Ask);
        return asked.promise;
      };
    },
  });
  return {
    calls,
    child,
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
