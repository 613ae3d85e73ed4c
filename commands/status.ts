import { z } from 'zod';
import { change, incidentOf, refuseAttempt } from '../src/chatops/change.ts';
import { defineCommand, type Intent, type Reply, type Request, say } from '../src/chatops/define-command.ts';
import { openForm } from '../src/chatops/open-form.ts';
import { permissionProblem } from '../src/chatops/permission.ts';
import type { UseCases } from '../src/chatops/use-cases.ts';
import { firstWord, one } from '../src/chatops/words.ts';

const MINUTE_MS = 60_000;
const DEFAULT_PAUSE_MINUTES = 30;
const PAUSE_CHOICES = [15, 30, 60, 120];

async function show(request: Request, use: UseCases): Promise<Reply> {
  return say('card', { incident: await use.read.view(incidentOf(request).incident) });
}

/** The form starts with what was said last: most updates change one of three lines. */
function openUpdate(request: Request, use: UseCases): Promise<Reply> {
  const last = incidentOf(request).incident.status.lastHuman;
  const field = (name: 'situation' | 'actions' | 'needs') => ({
    name,
    kind: 'text' as const,
    multiline: true,
    maxLength: 2000,
    optional: name !== 'situation',
    ...(last?.[name] ? { initial: last[name] } : {}),
  });
  return openForm(request, use, 'status-form', 'status.submit', [
    field('situation'),
    field('actions'),
    field('needs'),
  ]);
}

function post(request: Request, situation: string, actions: string, needs: string, use: UseCases) {
  return change(request, use, { type: 'publish_status', human: { situation, actions, needs } });
}

function openPause(request: Request, use: UseCases): Promise<Reply> {
  return openForm(request, use, 'pause-form', 'pause.submit', [
    {
      name: 'minutes',
      kind: 'choice',
      initial: String(DEFAULT_PAUSE_MINUTES),
      options: PAUSE_CHOICES.map((minutes) => ({ value: String(minutes), label: String(minutes) })),
    },
    { name: 'reason', kind: 'text', maxLength: 1000 },
  ]);
}

function pause(request: Request, minutes: number, reason: string, use: UseCases) {
  return change(request, use, { type: 'pause_status', reason, forMs: minutes * MINUTE_MS });
}

/** `30 waiting for the vendor`, `30m waiting …` or just the reason. */
function pauseWords(words: string): { minutes: number; reason: string } {
  const { first, rest } = firstWord(words);
  const minutes = /^(\d{1,4})m?(?:in)?$/i.exec(first)?.[1];
  return minutes
    ? { minutes: Number(minutes), reason: rest }
    : { minutes: DEFAULT_PAUSE_MINUTES, reason: words };
}

function responding(
  run: (request: Request, values: Parameters<Intent['run']>[1], use: UseCases) => Promise<Reply>,
): Intent {
  return { capability: 'respond', about: 'incident', run };
}

export const status = defineCommand({
  name: 'status',
  summary: 'Where things stand; post an update; pause or resume the automatic ones',
  usage: '[post [text] · pause [minutes] <reason> · resume]',
  verbs: ['post', 'pause', 'resume'],
  capability: 'read',
  about: 'incident',
  parse: (words) => {
    const { first, rest } = firstWord(words);
    return { verb: first.toLowerCase(), rest };
  },
  input: z.object({
    verb: z.enum(['', 'post', 'pause', 'resume'], 'say post, pause or resume, or nothing to look'),
    rest: z.string(),
  }),
  async run(request, { verb, rest }, use) {
    if (verb === '') return show(request, use);
    const denied = permissionProblem(request.requester, 'respond', use.profile);
    if (denied) return refuseAttempt(request, use, `status ${verb}`, denied);
    if (verb === 'resume') return change(request, use, { type: 'resume_status' });
    if (verb === 'post') return rest === '' ? openUpdate(request, use) : post(request, rest, '', '', use);
    const { minutes, reason } = pauseWords(rest);
    return rest === '' ? openPause(request, use) : pause(request, minutes, reason, use);
  },
  intents: {
    'status.show': {
      capability: 'read',
      about: 'incident',
      run: (request, _values, use) => show(request, use),
    },
    'status.open': responding((request, _values, use) => openUpdate(request, use)),
    'status.submit': responding((request, values, use) =>
      post(request, one(values.situation), one(values.actions), one(values.needs), use),
    ),
    'pause.open': responding((request, _values, use) => openPause(request, use)),
    'pause.submit': responding((request, values, use) =>
      pause(request, Number(one(values.minutes)), one(values.reason), use),
    ),
    'resume.now': responding((request, _values, use) => change(request, use, { type: 'resume_status' })),
  },
});
