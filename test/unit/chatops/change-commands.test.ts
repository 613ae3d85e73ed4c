import { describe, expect, test } from '@jest/globals';
import { detailOf } from '../../fakes/chatops.ts';
import { aPerson, MINUTE, NOON, noonPlus } from '../../fixtures/incidents.ts';
import { opened, problemOf } from './opened.ts';

describe('/dr severity', () => {
  test.each(['sev2', 'SEV-2', 'Sev2', '2'])('%s with a reason changes it', async (word) => {
    const { say, last, state } = await opened({ severity: 'SEV-3' });

    const { what, vars } = await say(`severity ${word} checkout  is down`);

    expect(what).toBe('recorded');
    expect(vars.line).toBe('severity_changed by Amara');
    expect((await state()).severity).toBe('SEV-2');
    expect(await last()).toMatchObject({
      data: { change: { severity: { from: 'SEV-3', to: 'SEV-2', reason: 'checkout  is down' } } },
    });
  });

  test('has a short name', async () => {
    const { say, state } = await opened({ severity: 'SEV-3' });

    await say('sev sev1 worse');

    expect((await state()).severity).toBe('SEV-1');
  });

  test('without a severity or a reason asks for them in a form, filled in as it is now', async () => {
    const { say, w, id, state } = await opened();

    for (const text of ['severity', 'severity sev2']) {
      const { what, answer } = await say(text);
      expect(what).toBe('severity-form');
      expect(answer).toMatchObject({ form: { callback: 'severity.submit', context: { incident: id } } });
    }
    await w.send('severity.submit', { severity: 'SEV-2', reason: 'half is back' }, { incident: id }, 'carol');
    expect((await state()).severity).toBe('SEV-2');
  });

  test('an unknown one is refused with those that are known', async () => {
    const { say } = await opened();

    const said = await say('severity sev7 because');

    expect(said.what).toBe('severity.unknown');
    expect(detailOf(said)).toMatchObject({ word: 'sev7' });
  });

  test('lower is for the commander', async () => {
    const { say } = await opened();

    expect((await say('severity sev2 half is back')).what).toBe('permission.commander_only');
    expect((await say('severity sev2 half is back', 'carol')).what).toBe('recorded');
  });
});

describe('/dr role', () => {
  test('takes a role, or gives it to whoever is mentioned', async () => {
    const { say, state } = await opened();

    await say('role commander', 'ben');
    await say('role scribe <@UDANA|dana>', 'ben');

    expect((await state()).duties).toEqual({ commander: aPerson('ben'), scribe: aPerson('dana') });
  });

  test('takes a beginning that only one role has', async () => {
    const { say, state } = await opened();

    await say('role Commu', 'ben');
    await say('role s', 'dana');

    expect(Object.keys((await state()).duties).sort()).toEqual(['communications', 'scribe']);
  });

  test.each(['com', 'c', 'janitor'])('%s is not guessed', async (word) => {
    const { say, state } = await opened();

    expect((await say(`role ${word}`)).what).toBe('role.unknown');
    expect((await state()).duties).toEqual({});
  });

  test.each(['role commander ben', 'role commander scribe', 'role commander @ben'])(
    '"%s" takes nothing: it is not clear who is meant',
    async (text) => {
      const { say, state } = await opened();

      expect(problemOf(await say(text))).toMatch(/mention the person/);
      expect((await state()).duties).toEqual({});
    },
  );

  test('drop lays down the role that is named, and none that is not', async () => {
    const { say, state } = await opened();
    await say('role commander', 'ben');

    expect((await say('role drop', 'ben')).what).toBe('role.unknown');
    expect((await state()).duties.commander).toBeDefined();
    await say('role drop commander', 'ben');

    expect((await state()).duties).toEqual({});
  });

  test('without a word says which there are', async () => {
    const { say } = await opened();

    expect(problemOf(await say('role'))).toMatch(/^say which role: commander, /);
  });

  test('by button is for what nobody holds; a colleague who was faster keeps it', async () => {
    const { w, id, state } = await opened();

    expect((await w.press('duty.take', { incident: id, duty: 'commander' }, 'ben')).what).toBe('recorded');
    expect((await w.press('duty.take', { incident: id, duty: 'commander' }, 'carol')).what).toBe(
      'role.already_held',
    );

    expect((await state()).duties.commander).toEqual(aPerson('ben'));
  });
});

describe('/dr mark', () => {
  test.each([
    ['outage_started 11:53', 'outage_started', '2026-01-15T11:53:00.000Z', undefined],
    ['outage-started 10m ago gateway log', 'outage_started', noonPlus(-10 * MINUTE), 'gateway log'],
    ['ASSESSED', 'assessed', NOON, undefined],
    ['service-restored now probe is green', 'service_restored', NOON, 'probe is green'],
    ['detected 2026-01-15T11:50:00+00:00', 'detected', '2026-01-15T11:50:00.000Z', undefined],
  ])('%s', async (words, name, at, evidence) => {
    const { say, last } = await opened();

    await say(`mark ${words}`);

    expect(await last()).toMatchObject({
      type: 'mark_set',
      data: { name, mark: { at, source: 'person', ...(evidence ? { evidence } : {}) } },
    });
  });

  test.each([
    ['assessed 25:00', 'mark.bad_time'],
    ['assessed 13:30', 'mark.bad_time'],
    ['assessed 2027-01-01T00:00Z', 'mark.future'],
    ['resolved', 'incident.not_resolved'],
  ])('%s is refused: %s', async (words, code) => {
    const { say } = await opened();

    expect((await say(`mark ${words}`)).what).toBe(code);
  });

  test.each(['', 'lunch 12:00'])('"%s" is asked about', async (words) => {
    const { say } = await opened();

    expect(problemOf(await say(`mark ${words}`))).toMatch(/^say which mark: outage_started, /);
  });
});

describe('/dr link', () => {
  test.each([
    ['https://meet.example/dr', 'https://meet.example/dr', 'https://meet.example/dr'],
    ['https://meet.example/dr the  call', 'https://meet.example/dr', 'the  call'],
    ['<https://meet.example/dr> call', 'https://meet.example/dr', 'call'],
    ['<https://meet.example/dr|meet.example> call', 'https://meet.example/dr', 'call'],
  ])('%s', async (words, url, title) => {
    const { say, state } = await opened();

    await say(`link ${words}`);

    expect((await state()).links).toEqual([{ title, url }]);
  });

  test('what is no address is refused or asked about', async () => {
    const { say, state } = await opened();

    expect((await say('link javascript:alert(1)')).what).toBe('link.bad_url');
    expect((await say('link <#C123|ops>')).what).toBe('link.bad_url');
    expect(problemOf(await say('link'))).toBe('say which address to keep');
    expect((await state()).links).toEqual([]);
  });
});

describe('/dr invite', () => {
  test('people and roles, mixed, are brought in by a job', async () => {
    const { say, w, id } = await opened();

    const { what, vars } = await say('invite <@UDANA|dana>, legal <@UELIF>');
    await w.run();

    expect(what).toBe('inviting');
    expect(vars.names).toEqual(['Dana', 'Elif', 'legal']);
    expect((await w.state(id)).people.map((person) => person.id)).toEqual(
      expect.arrayContaining(['dana', 'elif']),
    );
  });

  test.each(['', 'everybody', '@dana', 'constructor'])('"%s" is nobody', async (words) => {
    const { say } = await opened();

    const said = await say(`invite ${words}`);

    expect(said.what).toBe('invite.nobody');
    expect(detailOf(said)).toEqual({ known: 'incident-commander, legal' });
  });
});
