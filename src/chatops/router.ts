import { randomUUID } from 'node:crypto';
import type { Catalogue } from '../app/ports/catalogue.ts';
import type { StoredIncident } from '../app/ports/store.ts';
import type { UseCases } from '../app/use-cases.ts';
import { isRefusal, type Refusal, refuse } from '../core/shared/refusal.ts';
import { cleanText } from '../lib/clean-text.ts';
import { refuseAttempt } from './change.ts';
import { type IntentValues, no, type RenderedBy, type Reply, type Request, say } from './define-command.ts';
import { permissionProblem } from './permission.ts';
import type { Answer, Chatops } from './port.ts';
import type { Registry } from './registry.ts';
import { firstWord, one } from './words.ts';

export interface RouterDeps {
  registry: Registry;
  use: UseCases;
  catalogue: Catalogue;
  homeOpened: Chatops['homeOpened'];
  channelArchived: Chatops['channelArchived'];
  log: { error(fields: object, text: string): void };
  /** Counts what was asked and how it ended. */
  onHandled?: (what: string, outcome: 'done' | 'refused' | 'failed', tookMs: number) => void;
}

/** What a button can carry along; what is longer is asked for again with the incident's id. */
const CARRIED_MAX = 500;

type Said = Omit<Request, 'requester' | 'context'> & { context?: Record<string, string> };

/** The incident a command is about, and what is left of its words. */
interface Located {
  words: string;
  here?: StoredIncident;
  refusal?: Refusal;
}

/** Takes what people say to the command or intent it is meant for, and their answer back. */
export function createRouter(deps: RouterDeps): Chatops {
  const { registry, use, catalogue } = deps;

  async function command(said: Said, text: string): Promise<Reply> {
    const request = await identified(said);
    const words = cleanText(text);
    const { first, rest } = firstWord(words);
    const wanted = registry.command(first || 'menu');
    if (!wanted) return help(request, first);
    const denied = permissionProblem(request.requester, wanted.capability, use.profile);
    const located: Located =
      wanted.about === 'incident' ? await locate(request, rest, wanted.verbs) : { words: rest };
    if (denied) return refusing(located.here ?? request.here, request, wanted.name, denied);
    if (located.refusal) return no(located.refusal);
    if (wanted.about === 'incident' && !located.here) return choose(request, words);
    const input = wanted.input.safeParse(wanted.parse(located.words));
    if (!input.success) {
      const problem = input.error.issues[0]?.message ?? '';
      return no(refuse('command.bad_input', { usage: `/dr ${wanted.name} ${wanted.usage}`.trim(), problem }));
    }
    return wanted.run({ ...request, ...(located.here ? { here: located.here } : {}) }, input.data, use);
  }

  /**
   * The incident a command is about: named by id as the first word, or the second after a verb of the
   * command such as `post`; else the channel's own. An id further on is part of what is said.
   */
  async function locate(request: Request, words: string, verbs: readonly string[] = []): Promise<Located> {
    const named = /^(\w+\s+)?(dr-\d{8}-\d+)(?:\s+|$)/i.exec(words);
    const verb = named?.[1]?.trim().toLowerCase();
    if (!named || (verb && !verbs.includes(verb))) {
      return { words, ...(request.here ? { here: request.here } : {}) };
    }
    const rest = `${named[1] ?? ''}${words.slice(named[0].length)}`.trim();
    const found = await use.read.find(named[2] as string, request.requester);
    return isRefusal(found) ? { words: rest, refusal: found } : { words: rest, here: found };
  }

  async function intent(said: Said, name: string, raw: IntentValues): Promise<Reply> {
    const values = cleaned(raw);
    if (name === 'incident.pick') {
      const { first, rest } = firstWord(one(values.command));
      return command(said, `${first} ${one(values.incident)} ${rest}`);
    }
    const wanted = registry.intent(name);
    if (!wanted) return help(await identified(said), name);
    const request = await identified(said);
    const named = one(values.incident) || request.context.incident;
    const found = named ? await use.read.find(named, request.requester) : request.here;
    if (found && isRefusal(found)) return no(found);
    const denied = permissionProblem(request.requester, wanted.capability, use.profile);
    if (denied) return refusing(found, request, name, denied);
    if (wanted.about === 'incident' && !found) return no(refuse('incident.none_here'));
    return wanted.run({ ...request, ...(found ? { here: found } : {}) }, values, use);
  }

  async function identified(said: Said): Promise<Request> {
    const [requester, here] = await Promise.all([
      use.directory.requester(said.account),
      said.channelId ? use.read.byChannel(said.channelId) : undefined,
    ]);
    return { context: {}, ...said, requester, ...(here ? { here } : {}) };
  }

  async function choose(request: Request, text: string): Promise<Reply> {
    const { open, openTotal } = await use.read.listing(request.requester, { open: 10 });
    // Cut, it would be another command: whoever said so much names the incident in it.
    if (openTotal === 0 || text.length > CARRIED_MAX) return no(refuse('incident.none_here'));
    return say('choose-incident', { command: text.trim(), open, openTotal });
  }

  function help(request: Request, word: string): Reply {
    const commands = use.commands(request.requester);
    return say('help', { commands, word, nearest: registry.nearest(word) });
  }

  function refusing(here: StoredIncident | undefined, request: Request, what: string, refusal: Refusal) {
    return refuseAttempt({ ...request, ...(here ? { here } : {}) }, use, what, refusal);
  }

  function answer(reply: Reply): Answer {
    switch (reply.kind) {
      case 'message':
        return { kind: 'message', message: rendered(reply.message) };
      case 'screen':
        return { kind: 'screen', screen: { ...reply.screen, message: rendered(reply.screen.message) } };
      case 'refusal':
        return { kind: 'message', message: catalogue.render('refusal', catalogue.refusal(reply.refusal)) };
      case 'form':
        return reply;
      case 'invalid': {
        const fields = Object.entries(reply.fields).map(([name, why]) => [name, catalogue.refusal(why).what]);
        return { kind: 'invalid', fields: Object.fromEntries(fields) };
      }
    }
  }

  /** For counting: what people type is not a name, however many words they find. */
  function commandNamed(text: string): string {
    const { first } = firstWord(text);
    return `/dr ${registry.command(first || 'menu')?.name ?? 'unknown'}`;
  }

  function intentNamed(name: string): string {
    return name === 'incident.pick' || registry.intent(name) ? name : 'unknown';
  }

  function rendered({ id, vars }: RenderedBy) {
    return catalogue.render(id, vars as never);
  }

  /** Nothing that goes wrong inside reaches the platform: the person gets words and a short id. */
  async function guarded(what: string, work: () => Promise<Reply>): Promise<Answer> {
    const started = performance.now();
    try {
      const reply = await work();
      const outcome = reply.kind === 'refusal' ? 'refused' : 'done';
      deps.onHandled?.(what, outcome, performance.now() - started);
      return answer(reply);
    } catch (err) {
      const id = randomUUID().slice(0, 8);
      deps.log.error({ err, faultId: id, what }, 'a request failed');
      deps.onHandled?.(what, 'failed', performance.now() - started);
      return { kind: 'message', message: catalogue.render('fault', { id }) };
    }
  }

  return {
    command: ({ text, ...said }) => guarded(commandNamed(text), () => command(said, text)),
    intent: ({ intent: name, values, ...said }) =>
      guarded(intentNamed(name), () => intent(said, name, values)),
    submit: ({ intent: name, values, ...said }) =>
      guarded(intentNamed(name), () => intent(said, name, values)),
    homeOpened: deps.homeOpened,
    directoryChanged: () => use.directory.forget(),
    channelArchived: deps.channelArchived,
  };
}

/** What was typed into fields is as little to be trusted as what was typed after a command. */
function cleaned(values: IntentValues): IntentValues {
  const clean = (value: string | string[] | undefined) =>
    Array.isArray(value) ? value.map(cleanText) : value === undefined ? undefined : cleanText(value);
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, clean(value)]));
}
