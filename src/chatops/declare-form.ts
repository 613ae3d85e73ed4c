import type { FormField } from '../app/ports/chat.ts';
import type { UseCases } from '../app/use-cases.ts';
import type { DeclareInput } from '../core/incident/commands.ts';
import { INCIDENT_KINDS, type Incident } from '../core/incident/incident.ts';
import type { Profile } from '../core/profile/profile.ts';
import type { PersonView } from '../core/shared/actor.ts';
import { type Refusal, refuse } from '../core/shared/refusal.ts';
import { shorten } from '../lib/clean-text.ts';
import type { IntentValues, Reply, Request } from './define-command.ts';
import { levelOptions, regionOptions, severityOptions } from './options.ts';
import { many, one } from './words.ts';

/** A title stands in one line of a phone. */
const TITLE_MAX = 120;
const WHAT_MAX = 3000;
/** The trigger that opens the form lives 3 s; a slow group is named as unread rather than waited for. */
const READ_MS = 1200;

export interface Prefill {
  what?: string;
  severity?: string;
  proposal?: Incident;
}

/** The form that declares, with what will happen said before the click. */
export async function declareForm(request: Request, use: UseCases, prefill: Prefill): Promise<Reply> {
  const { profile, policy } = use;
  const { proposal } = prefill;
  const what = proposal?.description ?? prefill.what ?? '';
  const severity = proposal?.severity ?? prefill.severity ?? profile.defaultSeverity;
  const roles = [...new Set([...policy.inviteRoles, ...(policy.ladder[0]?.roles ?? [])])];
  const [alike, ...callees] = await Promise.all([
    what === ''
      ? use.read.listing(request.requester, { open: 3 }).then(({ open }) => open)
      : use.read.alike(request.requester, { title: what }),
    ...roles.map((role) => calleesOf(role, use)),
  ]);
  const words = use.words.form('declare-form', {
    callees,
    broadcast: policy.broadcast,
    alike: alike.filter(({ id }) => id !== proposal?.id),
    pages: policy.pager.page,
  });
  return {
    kind: 'form',
    form: {
      callback: 'declare.submit',
      context: proposal ? { incident: proposal.id } : {},
      words,
      fields: fieldsOf(profile, what, severity, proposal),
    },
  };
}

/** What was filled in, or what is wrong with which field. */
export function readDeclaration(
  values: IntentValues,
  profile: Profile,
): DeclareInput | { fields: Record<string, Refusal> } {
  const what = one(values.what);
  const from = one(values.from);
  const to = one(values.to);
  if (what === '') return { fields: { what: refuse('form.text_missing') } };
  if (from !== '' && from === to) return { fields: { to: refuse('region.same', { region: from }) } };
  return {
    title: titleOf(what),
    description: what,
    severity: one(values.severity) || profile.defaultSeverity,
    level: one(values.level) || 'none',
    kind: INCIDENT_KINDS.find((kind) => kind === one(values.kind)) ?? 'real',
    tiers: [],
    regions: { ...(from ? { from } : {}), ...(to ? { to } : {}) },
    private: many(values.private).includes('private'),
  };
}

export function titleOf(text: string): string {
  return shorten(text.split('\n')[0]?.trim() || text.trim(), TITLE_MAX);
}

async function calleesOf(role: string, { directory, profile }: UseCases) {
  const title = profile.roles[role]?.title ?? role;
  const slow = new Promise<{ people: PersonView[]; problem: string }>((resolve) => {
    setTimeout(() => resolve({ people: [], problem: 'still being looked up' }), READ_MS).unref();
  });
  const { people, problem } = await Promise.race([directory.roleMembers(role), slow]);
  return { role: title, people, ...(problem ? { problem } : {}) };
}

function fieldsOf(profile: Profile, what: string, severity: string, proposal?: Incident): FormField[] {
  const region = (name: 'from' | 'to'): FormField => ({
    name,
    kind: 'choice',
    optional: true,
    options: regionOptions(profile),
    initial: proposal?.regions[name],
  });
  return [
    { name: 'what', kind: 'text', multiline: true, maxLength: WHAT_MAX, initial: shorten(what, WHAT_MAX) },
    { name: 'severity', kind: 'choice', options: severityOptions(profile), initial: severity },
    { name: 'level', kind: 'choice', options: levelOptions(profile), initial: proposal?.level ?? 'none' },
    region('from'),
    region('to'),
    {
      name: 'kind',
      kind: 'choice',
      options: INCIDENT_KINDS.map((kind) => ({ value: kind, label: kind })),
      initial: proposal?.kind ?? 'real',
    },
    {
      name: 'private',
      kind: 'choices',
      optional: true,
      options: [{ value: 'private', label: 'private' }],
    },
  ];
}
