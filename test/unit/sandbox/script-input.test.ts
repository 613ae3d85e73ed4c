import { describe, expect, test } from '@jest/globals';
import { ScriptError } from '../../../src/sandbox/console/input.ts';
import { createScriptInput } from '../../../src/sandbox/console/script-input.ts';

async function* linesOf(text: string): AsyncIterable<string> {
  yield* text.split('\n');
}

function scriptOf(text: string) {
  const shown: string[] = [];
  const show = (line: string) => void shown.push(line);
  return { shown, input: createScriptInput(linesOf(text), show, show) };
}

describe('a script as input', () => {
  test('gives commands and shows comments and the blank lines before them', async () => {
    const { input, shown } = scriptOf('# one\n\n\n# two\n  who  \n\nquit');

    expect(await input.next('')).toBe('who');
    expect(await input.next('')).toBe('quit');
    expect(await input.next('')).toBeUndefined();
    expect(shown).toEqual(['# one', '', '# two', '']);
  });

  test('gives answers to what asks, without their sign', async () => {
    const { input, shown } = scriptOf('press 1\n> yes, please\n>');

    await input.next('');

    expect(await input.hasAnswer()).toBe(true);
    expect(await input.ask('Sure?')).toBe('yes, please');
    expect(await input.ask('More?')).toBe('');
    expect(shown).toEqual(['Sure? yes, please', 'More? ']);
    expect(await input.hasAnswer()).toBe(false);
  });

  test('fails with the line when a command stands where an answer is due', async () => {
    const { input } = scriptOf('# a\npress 1\nwho');
    await input.next('');

    const asking = input.ask('Sure?');

    await expect(asking).rejects.toThrow('line 3: "who" stands where an answer is due to: Sure?');
    await expect(asking).rejects.toBeInstanceOf(ScriptError);
  });

  test('fails when it ends where an answer is due', async () => {
    const { input } = scriptOf('press 1');
    await input.next('');

    await expect(input.ask('Sure?')).rejects.toThrow('the script ends where an answer is due to: Sure?');
  });

  test('fails when nothing asked for an answer', async () => {
    const { input } = scriptOf('who\n> yes');
    await input.next('');

    await expect(input.next('')).rejects.toThrow('line 2: nothing asked for the answer "> yes"');
  });
});
