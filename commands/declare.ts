import { z } from 'zod';
import { change, incidentOf } from '../src/chatops/change.ts';
import { declareForm, readDeclaration, titleOf } from '../src/chatops/declare-form.ts';
import { defineCommand, no, type Reply, type Request, say } from '../src/chatops/define-command.ts';
import type { UseCases } from '../src/chatops/use-cases.ts';
import { firstWord, one } from '../src/chatops/words.ts';
import { findSeverity } from '../src/core/profile/lookup.ts';

/** The fast path: one line, declared at once. The first word may name the severity. */
async function declareNow(request: Request, words: string, use: UseCases): Promise<Reply> {
  const { first, rest } = firstWord(words);
  // A number before words counts something: "3 pods are gone" is no SEV-3.
  const isCount = /^\d+$/.test(first) && rest !== '';
  const named = isCount ? undefined : findSeverity(use.profile, first);
  const text = named ? rest : words;
  if (text === '') return declareForm(request, use, { severity: named?.id });
  const alike = await use.read.alike(request.requester, { title: text });
  const outcome = await use.decide({
    key: request.key,
    requester: request.requester,
    command: {
      type: 'declare',
      input: {
        title: titleOf(text),
        description: text,
        severity: named?.id ?? use.profile.defaultSeverity,
        level: 'none',
        kind: 'real',
        tiers: [],
        regions: regionIn(text, use),
        private: false,
      },
    },
  });
  if (outcome.kind === 'refused') return no(outcome.refusal);
  const incident = await use.read.view(outcome.stored.incident);
  // A repeat of the same request finds what it declared itself.
  return say('declared', { incident, alike: alike.filter(({ id }) => id !== incident.id) });
}

/** A region named in the line is the one that is in trouble; two leave it open. */
function regionIn(text: string, use: UseCases): { from?: string } {
  const named = Object.keys(use.profile.regions).filter((region) => text.toLowerCase().includes(region));
  return named.length === 1 ? { from: named[0] } : {};
}

async function submit(
  request: Request,
  values: Record<string, string | string[] | undefined>,
  use: UseCases,
) {
  const input = readDeclaration(values, use.profile);
  if ('fields' in input) return { kind: 'invalid' as const, fields: input.fields };
  const proposal = request.context.incident ? request.here?.incident.id : undefined;
  const outcome = await use.decide({
    key: request.key,
    requester: request.requester,
    ...(proposal ? { id: proposal } : {}),
    command: proposal ? { type: 'confirm_proposal', input } : { type: 'declare', input },
    ...(request.screenId ? { screenId: request.screenId } : {}),
  });
  if (outcome.kind === 'refused') return no(outcome.refusal);
  const incident = await use.read.view(outcome.stored.incident);
  return {
    kind: 'screen' as const,
    screen: {
      title: incident.id,
      close: 'Close',
      message: { id: 'declare-progress' as const, vars: { incident } },
    },
  };
}

export const declare = defineCommand({
  name: 'declare',
  summary: 'Declare a disaster: at once with a line of text, or by a form',
  usage: '[sev] [what happened]',
  capability: 'declare',
  about: 'nothing',
  parse: (words) => ({ words }),
  input: z.object({ words: z.string() }),
  run: (request, { words }, use) =>
    words === '' ? declareForm(request, use, {}) : declareNow(request, words, use),
  intents: {
    'declare.open': {
      capability: 'declare',
      about: 'nothing',
      run: (request, values, use) =>
        declareForm(request, use, {
          what: [one(values.text), one(values.permalink)].filter((line) => line !== '').join('\n'),
        }),
    },
    'declare.submit': { capability: 'declare', about: 'nothing', run: submit },
    'proposal.confirm': {
      capability: 'declare',
      about: 'incident',
      run: (request, _values, use) => change(request, use, { type: 'confirm_proposal' }),
    },
    'proposal.edit': {
      capability: 'declare',
      about: 'incident',
      run: (request, _values, use) => declareForm(request, use, { proposal: incidentOf(request).incident }),
    },
  },
});
