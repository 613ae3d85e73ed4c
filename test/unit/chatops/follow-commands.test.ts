import { describe, expect, test } from '@jest/globals';
import { aPerson, MINUTE, noonPlus } from '../../fixtures/incidents.ts';
import { opened, problemOf } from './opened.ts';

describe('/dr status', () => {
  test('shows the card, to the person alone', async () => {
    const { say, w, id } = await opened();
    const before = w.memory.rows.length;

    expect((await say('status', 'ben')).vars).toMatchObject({ incident: { id } });
    expect((await w.press('status.show', { incident: id })).what).toBe('card');
    expect(w.memory.rows).toHaveLength(before);
  });

  test('post publishes a line at once', async () => {
    const { say, last } = await opened();

    await say('status post failing over,  10 min');

    expect(await last()).toMatchObject({
      type: 'status_published',
      data: { trigger: 'person', human: { situation: 'failing over,  10 min', actions: '', needs: '' } },
    });
  });

  test('post without a line opens the form, which starts with what was said last', async () => {
    const { say, w, id, last } = await opened();
    await w.send('status.submit', { situation: 'one', actions: 'two', needs: '' }, { incident: id });

    const { what, answer } = await say('status POST');

    expect(what).toBe('status-form');
    const fields = answer.kind === 'form' ? answer.form.fields : [];
    expect(fields.map((field) => [field.name, 'initial' in field ? field.initial : undefined])).toEqual([
      ['situation', 'one'],
      ['actions', 'two'],
      ['needs', undefined],
    ]);
    expect((await w.press('status.open', { incident: id })).what).toBe('status-form');
    expect((await w.send('status.submit', { situation: ' ' }, { incident: id })).what).toBe('status.empty');
    expect((await last())?.type).toBe('refused');
  });

  test.each([
    ['30 waiting for  the vendor', 30, 'waiting for  the vendor'],
    ['45m waiting', 45, 'waiting'],
    ['5min waiting', 5, 'waiting'],
    ['waiting for 10 minutes', 30, 'waiting for 10 minutes'],
  ])('pause %s pauses the updates', async (words, minutes, reason) => {
    const { say, state } = await opened();

    await say(`status pause ${words}`, 'carol');

    expect((await state()).status.paused).toEqual({ by: 'Carol', reason, until: noonPlus(minutes * MINUTE) });
  });

  test('pause without words opens a form; without a reason it is refused', async () => {
    const { say, w, id, state } = await opened();

    expect((await say('status pause', 'carol')).what).toBe('pause-form');
    expect((await say('status pause 30', 'carol')).what).toBe('command.needs_reason');
    expect((await w.press('pause.open', { incident: id })).what).toBe('pause-form');
    await w.send('pause.submit', { minutes: '60', reason: 'quiet' }, { incident: id }, 'carol');
    expect((await state()).status.paused?.until).toBe(noonPlus(60 * MINUTE));
  });

  test.each(['0', '', 'soon', '9999'])('a form that says "%s" minutes pauses nothing', async (minutes) => {
    const { w, id, state } = await opened();

    const said = await w.send('pause.submit', { minutes, reason: 'quiet' }, { incident: id }, 'carol');

    expect(said.what).toBe('status.pause_too_long');
    expect((await state()).status.paused).toBeUndefined();
  });

  test('resume goes on with the updates', async () => {
    const { say, w, id, state } = await opened();
    await say('status pause 30 quiet', 'carol');

    await say('status resume', 'ben');
    expect((await state()).status.paused).toBeUndefined();
    expect((await w.press('resume.now', { incident: id })).what).toBe('status.not_paused');
  });

  test('anything else is asked about', async () => {
    const { say } = await opened();

    expect(problemOf(await say('status poste x'))).toBe('say post, pause or resume, or nothing to look');
  });
});

describe('/dr note, resolve and reopen', () => {
  test('take their text from the line', async () => {
    const { say, state, last } = await opened();

    await say('note rebooting\nagain', 'dana');
    expect(await last()).toMatchObject({ type: 'note_added', data: { text: 'rebooting\nagain' } });
    await say('resolve failed over', 'carol');
    expect((await state()).resolution?.summary).toBe('failed over');
    await say('reopen it is back', 'carol');
    expect((await state()).phase).toBe('open');
  });

  test.each(['note', 'resolve', 'reopen'])('%s without text opens its form', async (name) => {
    const { say, w, id } = await opened();

    const { what, answer } = await say(name);

    expect(what).toBe(`${name}-form`);
    expect(answer).toMatchObject({ form: { callback: `${name}.submit`, context: { incident: id } } });
    expect((await w.press(`${name}.open`, { incident: id })).what).toBe(`${name}-form`);
  });

  test('a form with nothing but blanks is pointed out, and nothing is recorded', async () => {
    const { w, id } = await opened();
    const before = await w.memory.store.recordCount();

    expect(await w.send('note.submit', { text: ' \n ' }, { incident: id })).toMatchObject({
      what: 'invalid',
      vars: { text: 'form.text_missing' },
    });
    expect(await w.memory.store.recordCount()).toBe(before);
  });

  test('a form is received with its text, cleaned', async () => {
    const { w, id, last } = await opened();

    await w.send('note.submit', { text: 're\u0000booting\r\nnow' }, { incident: id });

    expect(await last()).toMatchObject({ data: { text: 'rebooting\nnow' } });
  });
});

describe('/dr ack and escalate', () => {
  test('answer the call and call the next ones', async () => {
    const { say, w, id, state } = await opened();

    expect((await say('ack', 'ben')).vars.line).toBe('ladder_acknowledged by Ben');
    expect((await state()).ladder.acknowledged?.by).toBe('Ben');
    expect((await say('escalate', 'ben')).vars.line).toBe('rung_called by Ben');
    await w.press('rung.acknowledge', { incident: id }, 'dana');
    expect((await state()).ladder.acknowledged?.by).toBe('Dana');
  });
});

describe('/dr snooze', () => {
  test('silences one kind of reminder, half an hour if nothing else is said', async () => {
    const { say, w, id, state } = await opened();

    await say('snooze noCommander');
    await say('snooze stale 90');
    await w.press('nudge.snooze', { incident: id, nudge: 'noUpdate', minutes: '60' });

    const { nudges } = await state();
    expect(nudges.noCommander.snoozedUntil).toBe(noonPlus(30 * MINUTE));
    expect(nudges.stale.snoozedUntil).toBe(noonPlus(90 * MINUTE));
    expect(nudges.noUpdate.snoozedUntil).toBe(noonPlus(60 * MINUTE));
  });

  test.each([
    ['', 'say which reminder: noCommander, noUpdate, stale'],
    ['everything', 'say which reminder: noCommander, noUpdate, stale'],
    ['stale soon', 'say for how many minutes'],
    ['stale 181', 'at most 180 minutes'],
  ])('"%s" is asked about: %s', async (words, problem) => {
    const { say } = await opened();

    expect(problemOf(await say(`snooze ${words}`))).toBe(problem);
  });
});

describe('looking', () => {
  test('the timeline is as long as asked for', async () => {
    const { say } = await opened();

    expect((await say('timeline 2')).vars).toMatchObject({ shown: 2 });
    expect((await say('log')).vars).toMatchObject({ lines: expect.any(Array) });
    expect(problemOf(await say('timeline all'))).toBe('say how many entries, as a number');
    for (const words of ['timeline 0', 'timeline 201', 'timeline 1.5']) {
      expect((await say(words)).what).toBe('command.bad_input');
    }
  });

  test('the read-in, the list, the menu and oneself', async () => {
    const { say, id } = await opened();

    expect((await say('catchup')).vars).toMatchObject({ incident: { id } });
    expect((await say('list')).vars).toMatchObject({ open: [{ id }], openTotal: 1 });
    expect((await say('')).vars).toMatchObject({ incident: { id }, open: [{ id }], may: expect.any(Array) });
    expect((await say('whoami', 'carol')).vars).toMatchObject({
      person: aPerson('carol'),
      standing: 'member',
      roles: ['Incident commander'],
      may: ['read', 'declare', 'respond', 'command', 'configure'],
    });
    expect((await say('help')).what).toBe('help');
  });
});

describe('/dr close', () => {
  test('seals what is resolved', async () => {
    const { say, state } = await opened();

    expect((await say('close', 'carol')).what).toBe('incident.not_resolved');
    await say('resolve over', 'carol');
    expect((await say('close', 'carol')).what).toBe('recorded');
    expect((await state()).phase).toBe('closed');
  });
});
