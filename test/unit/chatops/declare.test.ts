import { describe, expect, test } from '@jest/globals';
import { titleOf } from '../../../src/chatops/declare-form.ts';
import { createTalkingWorld, detailOf, type TalkingWorld } from '../../fakes/chatops.ts';
import { anAlert, anInput, aPerson, aPolicy, PAGERDUTY } from '../../fixtures/incidents.ts';
import { aProfile } from '../../fixtures/profile.ts';

const profile = aProfile({
  severities: [
    { id: 'SEV-1', label: 'P1', aliases: ['red'], meaning: 'Gone' },
    { id: 'SEV-2', label: 'P2', meaning: 'Half gone' },
    { id: 'SEV-3', label: 'P3', meaning: 'Limping' },
  ],
  defaultSeverity: 'SEV-2',
  levels: [
    { id: 'none', title: 'No disaster level' },
    { id: 'regional_outage', title: 'Regional outage' },
  ],
});

async function world(): Promise<TalkingWorld> {
  return createTalkingWorld({ profile, policy: aPolicy({ pager: { page: true, notes: false } }) });
}

async function newest(w: TalkingWorld) {
  const { incidents } = await w.memory.store.list({
    phases: ['open', 'proposed'],
    limit: 9,
    visibleTo: 'all',
  });
  return incidents[0];
}

describe('/dr declare in one line', () => {
  test.each([
    ['sev1 us-east-1 is gone', 'SEV-1', 'us-east-1 is gone', { from: 'us-east-1' }],
    ['SEV-3 one pod restarts', 'SEV-3', 'one pod restarts', {}],
    ['p1 gateway 5xx', 'SEV-1', 'gateway 5xx', {}],
    ['3 pods are gone', 'SEV-2', '3 pods are gone', {}],
    ['red gateway 5xx', 'SEV-1', 'gateway 5xx', {}],
    ['gateway 5xx', 'SEV-2', 'gateway 5xx', {}],
    ['EU-WEST-1 is slow', 'SEV-2', 'EU-WEST-1 is slow', { from: 'eu-west-1' }],
    ['us-east-1 cannot reach eu-west-1', 'SEV-2', 'us-east-1 cannot reach eu-west-1', {}],
  ])('"%s" is declared at once', async (text, severity, title, regions) => {
    const w = await world();

    const { what, vars } = await w.say(`declare ${text}`);

    expect(what).toBe('declared');
    const incident = await newest(w);
    expect(incident).toMatchObject({ phase: 'open', severity, title, description: title, kind: 'real' });
    expect(incident?.regions).toEqual(regions);
    expect(vars).toMatchObject({ incident: { title }, alike: [] });
  });

  test('the first line is the title, the whole the description', async () => {
    const w = await world();

    await w.say('declare sev1 gateway 5xx\nsince 12:00, checkout only');

    expect(await newest(w)).toMatchObject({
      title: 'gateway 5xx',
      description: 'gateway 5xx\nsince 12:00, checkout only',
    });
  });

  test('40,000 characters are declared like any others', async () => {
    const w = await world();

    expect((await w.say(`declare sev1 ${'x'.repeat(40_000)}`)).what).toBe('declared');

    expect((await newest(w))?.title).toHaveLength(120);
    expect((await newest(w))?.description).toHaveLength(40_000);
  });

  test('says which open incidents look the same', async () => {
    const w = await world();
    const id = await w.declare({ title: 'gateway 5xx' });

    const { vars } = await w.say('declare sev1 the gateway is slow');

    expect(vars).toMatchObject({ alike: [{ id }] });
  });

  test.each(['sev3', '3'])('a severity alone (%s) opens the form with it', async (word) => {
    const w = await world();

    const { what, answer } = await w.say(`declare ${word}`);

    expect(what).toBe('declare-form');
    const fields = answer.kind === 'form' ? answer.form.fields : [];
    expect(fields.find(({ name }) => name === 'severity')).toMatchObject({ initial: 'SEV-3' });
    expect(await newest(w)).toBeUndefined();
  });
});

describe('the form', () => {
  test('says before the click who will be called, where it is told, and whether people are paged', async () => {
    const w = await world();

    const { what, vars } = await w.say('declare');

    expect(what).toBe('declare-form');
    expect(vars).toMatchObject({
      callees: [
        { role: 'Incident commander', people: [aPerson('carol')] },
        { role: 'on-call', people: [aPerson('ben')] },
      ],
      broadcast: ['#ops', '#leadership'],
      pages: true,
    });
  });

  test('says of a role that cannot be read that it cannot', async () => {
    const w = await world();
    w.directory.roleMembers = async (role) => ({ people: [], problem: `${role}: ratelimited` });

    const { vars } = await w.say('declare');

    expect(vars.callees).toContainEqual({ role: 'on-call', people: [], problem: 'on-call: ratelimited' });
  });

  test('offers what the profile knows, and starts with its defaults', async () => {
    const w = await world();

    const { answer } = await w.say('declare');

    const fields = answer.kind === 'form' ? answer.form.fields : [];
    expect(fields.map(({ name, kind }) => [name, kind])).toEqual([
      ['what', 'text'],
      ['severity', 'choice'],
      ['level', 'choice'],
      ['from', 'choice'],
      ['to', 'choice'],
      ['kind', 'choice'],
      ['private', 'choices'],
    ]);
    expect(fields[1]).toMatchObject({
      initial: 'SEV-2',
      options: [
        { value: 'SEV-1', label: 'P1', description: 'Gone' },
        { value: 'SEV-2', label: 'P2', description: 'Half gone' },
        { value: 'SEV-3', label: 'P3', description: 'Limping' },
      ],
    });
  });

  test('from a message starts with its words and its link, and warns of look-alikes', async () => {
    const w = await world();
    const id = await w.declare({ title: 'gateway 5xx' });

    const { answer, vars } = await w.press('declare.open', {
      text: 'gateway is slow',
      permalink: 'https://acme.slack.example/archives/C1/p1',
    });

    const fields = answer.kind === 'form' ? answer.form.fields : [];
    expect(fields[0]).toMatchObject({
      initial: 'gateway is slow\nhttps://acme.slack.example/archives/C1/p1',
    });
    expect(vars).toMatchObject({ alike: [{ id }] });
  });

  const filled = {
    what: 'gateway 5xx\nall of it',
    severity: 'SEV-1',
    level: 'regional_outage',
    kind: 'drill',
  };

  test('declares what was filled in, and shows what happens next', async () => {
    const w = await world();

    const { what, vars } = await w.send('declare.submit', {
      ...filled,
      from: 'us-east-1',
      to: 'eu-west-1',
      private: ['private'],
    });

    expect(what).toBe('declare-progress');
    expect(vars).toMatchObject({ incident: { title: 'gateway 5xx' } });
    expect(await newest(w)).toMatchObject({
      description: 'gateway 5xx\nall of it',
      severity: 'SEV-1',
      level: 'regional_outage',
      kind: 'drill',
      regions: { from: 'us-east-1', to: 'eu-west-1' },
      private: true,
    });
    await w.run();
    expect([...w.chat.screens.values()].map(({ message }) => message.text)).toEqual(['declare-ready']);
  });

  test.each<[string, Record<string, string>, string]>([
    ['nothing', { ...filled, what: '  ' }, 'what'],
    ['one region twice', { ...filled, from: 'us-east-1', to: 'us-east-1' }, 'to'],
  ])('with %s in it says which field is wrong', async (_what, values, field) => {
    const w = await world();

    const { what, vars } = await w.send('declare.submit', values);

    expect(what).toBe('invalid');
    expect(Object.keys(vars)).toEqual([field]);
    expect(await newest(w)).toBeUndefined();
  });

  test('that was tampered with is refused by the core', async () => {
    const w = await world();

    const said = await w.send('declare.submit', { ...filled, severity: 'SEV-9' });

    expect(said.what).toBe('severity.unknown');
    expect(detailOf(said)).toMatchObject({ word: 'SEV-9' });
  });
});

describe('a proposal', () => {
  async function proposed() {
    const w = await world();
    await w.decide({
      key: 'p',
      command: { type: 'propose', input: anInput({ severity: 'SEV-2' }), alert: anAlert() },
      actor: PAGERDUTY,
      capabilities: [],
    });
    const incident = await newest(w);
    return { w, id: incident?.id as Parameters<TalkingWorld['state']>[0] };
  }

  test('is declared as it is, with one button', async () => {
    const { w, id } = await proposed();

    expect((await w.press('proposal.confirm', { incident: id })).what).toBe('recorded');

    expect(await w.state(id)).toMatchObject({ phase: 'open', openedBy: aPerson('amara') });
    expect((await w.press('proposal.confirm', { incident: id })).what).toBe('incident.already_declared');
  });

  test('is declared with changes, by a form that starts with it', async () => {
    const { w, id } = await proposed();
    const { answer, vars } = await w.press('proposal.edit', { incident: id });
    const form = answer.kind === 'form' ? answer.form : undefined;
    expect(form).toMatchObject({ callback: 'declare.submit', context: { incident: id } });
    expect(form?.fields.map((field) => 'initial' in field && field.initial)).toEqual([
      'us-east-1 is gone since noon',
      'SEV-2',
      'regional_outage',
      'us-east-1',
      undefined,
      'real',
      false,
    ]);
    expect(vars.alike).toEqual([]);

    const values = { what: 'worse', severity: 'SEV-1', level: 'none', kind: 'real' };
    expect((await w.send('declare.submit', values, { incident: id })).what).toBe('declare-progress');

    expect(await w.state(id)).toMatchObject({ phase: 'open', severity: 'SEV-1', title: 'worse' });
    expect((await w.memory.store.list({ phases: ['open'], limit: 9, visibleTo: 'all' })).total).toBe(1);
  });

  test('that a colleague declared first is not declared again', async () => {
    const { w, id } = await proposed();
    await w.press('proposal.confirm', { incident: id }, 'ben');
    const values = { what: 'worse', severity: 'SEV-1', level: 'none', kind: 'real' };

    expect((await w.send('declare.submit', values, { incident: id })).what).toBe('incident.already_declared');
  });

  test('is dismissed with a reason', async () => {
    const { w, id } = await proposed();
    expect((await w.press('dismiss.open', { incident: id })).what).toBe('dismiss-form');

    await w.send('dismiss.submit', { reason: 'a test alert' }, { incident: id });

    expect((await w.state(id)).phase).toBe('dismissed');
  });
});

test.each([
  ['one line', 'one line'],
  ['first\nsecond', 'first'],
  ['\n\nlate', 'late'],
  [`${'a'.repeat(130)}`, `${'a'.repeat(119)}…`],
])('the title of %j is %j', (text, title) => {
  expect(titleOf(text.trim())).toBe(title);
});
