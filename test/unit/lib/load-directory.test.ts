import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { LoadError, loadModules, loadYamlDirectory } from '../../../src/lib/load-directory.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'lifeboat-load-'));
});

afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

async function writeAll(files: Record<string, string | Buffer>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(dir, name), text);
}

async function faultsOf(loading: Promise<unknown>): Promise<readonly string[]> {
  const error = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(LoadError);
  return (error as LoadError).faults.map((fault) => fault.replaceAll(`${dir}/`, ''));
}

describe('loadYamlDirectory', () => {
  const Message = z.strictObject({ title: z.string() });

  test('loads every file, sorted by name, and nothing else', async () => {
    await writeAll({ 'b.yaml': 'title: B', 'a.yaml': 'title: A', 'README.md': '#', '.hidden.yaml': 'x: y' });
    await mkdir(path.join(dir, 'folder.yaml'));

    expect(await loadYamlDirectory(dir, Message)).toEqual([
      { name: 'a', file: path.join(dir, 'a.yaml'), value: { title: 'A' } },
      { name: 'b', file: path.join(dir, 'b.yaml'), value: { title: 'B' } },
    ]);
  });

  test('reports all faults of all files in one error', async () => {
    await writeAll({
      'a.yaml': 'titel: A',
      'b.yaml': 'title: [',
      'c.yaml': 'title: C',
      'd.yml': 'title: D',
      'e.yaml': Buffer.from([0x74, 0xff, 0xfe]),
    });

    expect(await faultsOf(loadYamlDirectory(dir, Message))).toEqual([
      'a.yaml:1:1 title: is missing: expected a text',
      'a.yaml:1:1 titel: unknown key (allowed here: title); did you mean "title"?',
      expect.stringMatching(/^b\.yaml:1:\d+ /),
      'd.yml:1:1 the name of this file must end in .yaml',
      'e.yaml:1:1 this file is not UTF-8 text',
    ]);
  });

  test('names a folder that is not there', async () => {
    await expect(loadYamlDirectory(path.join(dir, 'gone'), Message)).rejects.toThrow(
      /gone: this folder cannot be read/,
    );
  });
});

describe('loadModules', () => {
  function readCommand(exported: Record<string, unknown>, name: string): string {
    if (typeof exported.command !== 'string') throw new Error('exports no "command"');
    return `${name}: ${exported.command}`;
  }

  test('imports every module, sorted by name, and takes what the reader returns', async () => {
    await writeAll({
      'note.ts': `export const command: string = 'adds a note';`,
      'list.js': `export const command = 'lists';`,
      'types.d.ts': 'export type T = string;',
      'list.js.map': '{}',
    });

    expect(await loadModules(dir, readCommand)).toEqual([
      { name: 'list', file: path.join(dir, 'list.js'), value: 'list: lists' },
      { name: 'note', file: path.join(dir, 'note.ts'), value: 'note: adds a note' },
    ]);
  });

  test('reports all modules that do not load or do not fit', async () => {
    await writeAll({
      'a.ts': 'export const other = 1;',
      'b.ts': `throw new Error('broken on import');`,
      'c.ts': `export const command = 'fine';`,
    });

    expect(await faultsOf(loadModules(dir, readCommand))).toEqual([
      'a.ts: exports no "command"',
      'b.ts: broken on import',
    ]);
  });
});
