import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createUseCases, type UseCases } from '../../src/app/use-cases.ts';
import { loadCommands } from '../../src/chatops/load-commands.ts';
import type { Answer, Chatops } from '../../src/chatops/port.ts';
import { createRegistry, type Registry } from '../../src/chatops/registry.ts';
import { createRouter } from '../../src/chatops/router.ts';
import type { Profile } from '../../src/core/profile/profile.ts';
import { varsOf } from './catalogue.ts';
import { createWorld, type World, type WorldOptions } from './world.ts';

export const COMMANDS = path.join(fileURLToPath(new URL('../..', import.meta.url)), 'commands');

/** A world in which people can talk to Lifeboat. */
export interface TalkingWorld extends World {
  registry: Registry;
  use: UseCases;
  router: Chatops;
  /** What went wrong inside, as logged. */
  faults: { faultId?: unknown; what?: unknown; err?: unknown }[];
  /** What was counted, as `what outcome`. */
  handled: string[];
  /** What the home tab was opened for, and which channels were archived by hand. */
  heard: string[];
  /** `/dr <text>`, said by somebody, in a channel or nowhere. */
  say(text: string, by?: string, channelId?: string): Promise<Said>;
  press(intent: string, values?: Record<string, string>, by?: string, channelId?: string): Promise<Said>;
  send(
    intent: string,
    values: Record<string, string | string[]>,
    context?: Record<string, string>,
    by?: string,
  ): Promise<Said>;
  /** An open incident with its channel, in which nothing is left to do. */
  opened(
    changes?: Parameters<World['declare']>[0],
  ): Promise<{ id: Awaited<ReturnType<World['declare']>>; channelId: string }>;
}

/** An answer, taken apart: which message, form or screen, and what it was given. */
export interface Said {
  answer: Answer;
  /** The id of the message, the form or the screen's message; the code of a refusal. */
  what: string;
  vars: Record<string, unknown>;
}

export async function createTalkingWorld(
  options: WorldOptions & { profile: Profile },
): Promise<TalkingWorld> {
  const world = await createWorld(options);
  const registry = createRegistry(await loadCommands(COMMANDS));
  const { memory, catalogue, directory, policy, profile, read, record } = world;
  const faults: TalkingWorld['faults'] = [];
  const handled: string[] = [];
  const heard: string[] = [];
  const use = createUseCases({
    decide: world.decide,
    store: memory.store,
    catalogue,
    read,
    record,
    directory,
    policy,
    profile,
    commands: registry.commands,
  });
  const router = createRouter({
    registry,
    use,
    catalogue,
    log: { error: (fields) => void faults.push(fields) },
    homeOpened: async ({ account }) => void heard.push(`home ${account.userId}`),
    channelArchived: async ({ channelId }) => void heard.push(`archived ${channelId}`),
    onHandled: (what, outcome) => void handled.push(`${what} ${outcome}`),
  });

  let count = 0;
  function incoming(by: string, channelId?: string) {
    count += 1;
    const account = { userId: `U${by.toUpperCase()}`, teamId: 'T1' };
    return { account, key: `said:${count}`, ...(channelId ? { channelId } : {}) };
  }

  return {
    ...world,
    registry,
    use,
    router,
    faults,
    handled,
    heard,
    say: async (text, by = 'amara', channelId) =>
      said(await router.command({ ...incoming(by, channelId), text })),
    press: async (intent, values = {}, by = 'amara', channelId) =>
      said(await router.intent({ ...incoming(by, channelId), intent, values })),
    send: async (intent, values, context = {}, by = 'amara') =>
      said(await router.submit({ ...incoming(by), intent, values, context, screenId: `V${count}` })),
    async opened(changes) {
      const id = await world.declare(changes);
      await world.run();
      return { id, channelId: (await world.state(id)).channel?.id as string };
    },
  };
}

function said(answer: Answer): Said {
  switch (answer.kind) {
    case 'message': {
      const vars = varsOf(answer.message);
      return { answer, what: answer.message.text === 'refusal' ? `${vars.what}` : answer.message.text, vars };
    }
    case 'screen':
      return { answer, what: answer.screen.message.text, vars: varsOf(answer.screen.message) };
    case 'form':
      return {
        answer,
        what: answer.form.words.title,
        vars: varsOf({ text: '', blocks: answer.form.words.intro }),
      };
    case 'invalid':
      return { answer, what: 'invalid', vars: answer.fields };
  }
}

/** What a refusal said about itself. */
export function detailOf({ vars }: Said): Record<string, string> {
  return JSON.parse(`${vars.next}`);
}
