import { readdir } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { loadCommands } from '../../../src/chatops/load-commands.ts';
import { createRegistry } from '../../../src/chatops/registry.ts';
import { FORM_FIELDS } from '../../../src/core/message/forms.ts';
import { INTENTS } from '../../../src/core/message/intents.ts';
import { COMMANDS } from '../../fakes/chatops.ts';

const commands = await loadCommands(COMMANDS);
const files = (await readdir(COMMANDS)).filter((name) => name.endsWith('.ts'));

test('every file of the folder is a command, named like the file', () => {
  expect(commands.map(({ name }) => `${name}.ts`).sort()).toEqual(files.sort());
  expect(files.length).toBeGreaterThanOrEqual(20);
});

test('what Lifeboat promises is there', () => {
  const promised = ['declare', 'status', 'list', 'timeline', 'catchup', 'severity', 'role', 'note', 'mark'];
  const more = ['invite', 'link', 'resolve', 'reopen', 'close', 'escalate', 'whoami', 'help', 'menu'];

  expect(commands.map(({ name }) => name)).toEqual(expect.arrayContaining([...promised, ...more]));
});

describe.each(commands.map((command) => [command.name, command] as const))('/dr %s', (_name, command) => {
  test('has a line for help that fits a phone', () => {
    expect(command.summary).toMatch(/^[A-Z]/);
    expect(command.summary).not.toMatch(/\.$/);
    expect(command.summary.length).toBeLessThanOrEqual(90);
    expect(command.usage.length).toBeLessThanOrEqual(160);
  });

  test('is named in words that can be typed', () => {
    for (const word of [command.name, ...(command.aliases ?? []), ...(command.verbs ?? [])]) {
      expect(word).toMatch(/^[a-z][a-z_-]*$/);
    }
  });

  test('says who may run it and its buttons', () => {
    const known = ['read', 'declare', 'respond', 'command', 'configure'];

    for (const { capability, about } of [command, ...Object.values(command.intents ?? {})]) {
      expect(known).toContain(capability);
      expect(['incident', 'nothing']).toContain(about);
    }
  });

  test('reads any words without a crash: input, or a problem in words', () => {
    for (const words of [
      '',
      'x',
      'dr-1',
      '<@U1|x> <@U2>',
      '🔥 \n\t',
      '-1',
      '1e9',
      'a '.repeat(2000),
      "'; drop",
    ]) {
      const input = command.input.safeParse(command.parse(words));

      const problems = input.error?.issues.map(({ message }) => message) ?? [];
      expect(problems.every((problem) => problem.length > 0 && !problem.startsWith('Invalid'))).toBe(true);
    }
  });

  test('looking changes nothing: whatever needs only reading is offered to everybody', () => {
    const changing = ['submit', 'take', 'acknowledge', 'confirm', 'now', 'snooze', 'open'];
    for (const [intent, { capability }] of Object.entries(command.intents ?? {})) {
      if (changing.includes(intent.split('.')[1] as string)) expect(capability).not.toBe('read');
    }
  });
});

describe('buttons and forms', () => {
  const { intent } = createRegistry(commands);
  const handled = commands.flatMap((command) => Object.keys(command.intents ?? {}));

  test('every button that a message may carry leads somewhere', () => {
    const leading = Object.keys(INTENTS).filter((name) => name !== 'incident.pick');

    expect(leading.filter((name) => intent(name) === undefined)).toEqual([]);
  });

  test('every form is received by somebody', () => {
    const received = Object.keys(FORM_FIELDS).map((form) => `${form.replace('-form', '')}.submit`);

    expect(received.filter((name) => intent(name) === undefined)).toEqual([]);
  });

  test('nothing is received that no message or form sends', () => {
    const sent = [
      ...Object.keys(INTENTS),
      ...Object.keys(FORM_FIELDS).map((form) => `${form.replace('-form', '')}.submit`),
    ];

    expect(handled.filter((name) => !sent.includes(name))).toEqual([]);
  });
});
