import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { type Command, defineCommand, no } from '../../../src/chatops/define-command.ts';
import { createRegistry } from '../../../src/chatops/registry.ts';
import { firstWord, many, mentionedUser, mentionedUsers, one } from '../../../src/chatops/words.ts';
import { refuse } from '../../../src/core/shared/refusal.ts';

function aCommand(name: string, changes: Partial<Command<unknown>> = {}): Command<unknown> {
  return defineCommand({
    name,
    summary: 'Does something',
    usage: '',
    capability: 'read',
    about: 'nothing',
    parse: () => ({}),
    input: z.unknown(),
    run: async () => no(refuse('command.unknown')),
    ...changes,
  });
}

const anIntent = {
  capability: 'read' as const,
  about: 'nothing' as const,
  run: async () => no(refuse('command.unknown')),
};

test('a command is found by its name and its aliases, in any case', () => {
  const status = aCommand('status', { aliases: ['state'] });
  const registry = createRegistry([status, aCommand('declare')]);

  for (const word of ['status', 'STATUS', 'State']) expect(registry.command(word)).toBe(status);
  expect(registry.command('stat')).toBeUndefined();
  expect(registry.command('')).toBeUndefined();
  expect(registry.command('constructor')).toBeUndefined();
});

test.each<[string, Command<unknown>[]]>([
  ['two names', [aCommand('status'), aCommand('status')]],
  ['a name and an alias', [aCommand('status'), aCommand('show', { aliases: ['status'] })]],
  ['two aliases', [aCommand('a', { aliases: ['x'] }), aCommand('b', { aliases: ['x'] })]],
  [
    'two intents',
    [
      aCommand('a', { intents: { 'status.show': anIntent } }),
      aCommand('b', { intents: { 'status.show': anIntent } }),
    ],
  ],
])('the folder is refused when %s are the same', (_what, commands) => {
  expect(() => createRegistry(commands)).toThrow(/two commands claim "(status|x|status\.show)"/);
});

test('commands are listed by name, and intents found by theirs', () => {
  const registry = createRegistry([aCommand('b', { intents: { 'b.do': anIntent } }), aCommand('a')]);

  expect(registry.commands.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(registry.intent('b.do')).toBe(anIntent);
  expect(registry.intent('b.undo')).toBeUndefined();
});

test.each([
  ['statsu', 'status'],
  ['STATSU', 'status'],
  ['delcare', 'declare'],
  ['decl', 'declare'],
  ['sttae', 'state'],
])('whoever types %s most likely means %s', (word, meant) => {
  const registry = createRegistry([aCommand('status', { aliases: ['state'] }), aCommand('declare')]);

  expect(registry.nearest(word)).toBe(meant);
});

test.each([
  ['', '', ''],
  ['  ', '', ''],
  ['one', 'one', ''],
  [' one  two   three ', 'one', 'two   three'],
  ['one\ttwo\nthree', 'one', 'two\nthree'],
])('the first word of "%s" is "%s", and "%s" is left as it was typed', (words, first, rest) => {
  expect(firstWord(words)).toEqual({ first, rest });
});

test('people are mentioned as Slack writes it, and in no other way', () => {
  expect(mentionedUser('<@U123ABC|ben>')).toBe('U123ABC');
  expect(mentionedUser('<@W123>')).toBe('W123');
  for (const word of ['@ben', 'U123', '<@C123>', '<!channel>', '<@U123> x', '']) {
    expect(mentionedUser(word)).toBeUndefined();
  }
  expect(mentionedUsers('<@U1|a> and <@U2>, not @ben or <#C1>')).toEqual(['U1', 'U2']);
});

test('a field has one value or many', () => {
  expect([one(undefined), one(' a '), one([' a', 'b']), one([])]).toEqual(['', 'a', 'a', '']);
  expect([many(undefined), many('a'), many(['a', 'b'])]).toEqual([[], ['a'], ['a', 'b']]);
});
