import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import type { Catalogue } from '../../app/ports/catalogue.ts';
import type { Block, FormWords, Message } from '../../core/message/message.ts';
import { MESSAGES, type MessageId } from '../../core/message/messages.ts';
import { LoadError } from '../../lib/load-directory.ts';
import { formatProblems, nearestWord, parseYamlDocument, type YamlProblem } from '../../lib/load-yaml.ts';
import { type CompiledMessage, messageFile } from './compile-message.ts';
import { recordLinesFile, refusalsFile, sentencesFile } from './compile-words.ts';
import { createCompiler } from './compiler.ts';
import { kindMark } from './filters.ts';

/** The files of the folder that are not one message each. */
const WORD_FILES = ['sentences', 'record-lines', 'refusals'] as const;

/**
 * Reads all words from the folder `root` and checks them: every message, refusal and type of event has
 * its words, and every template uses only variables that it is given. Throws one `LoadError` with all
 * faults, each with file and line. Rendering afterwards reads nothing.
 */
export function createCatalogue({ root }: { root: string }): Catalogue {
  const problems: YamlProblem[] = [];
  const report = (file: string, message: string) =>
    problems.push({ file: path.join(root, file), line: 1, column: 1, path: '', message });
  const files = listFiles(root);
  const read = <S extends z.ZodType>(name: string, schema: S): z.infer<S> | undefined => {
    const file = `${name}.yaml`;
    if (!files.includes(file)) {
      report(file, 'this file is missing');
      return undefined;
    }
    const where = path.join(root, file);
    const result = parseYamlDocument(readFileSync(where, 'utf8'), where, schema);
    if (!result.ok) problems.push(...result.problems);
    return result.ok ? result.value : undefined;
  };

  const compiler = createCompiler();
  const ids = Object.keys(MESSAGES) as MessageId[];
  read('sentences', sentencesFile(compiler));
  const line = read('record-lines', recordLinesFile(compiler));
  const refusals = read('refusals', refusalsFile(compiler));
  const messages = new Map(ids.map((id) => [id, read(id, messageFile(id, compiler))]));
  reportStrangers(files, ids, report);
  if (problems.length > 0 || !line || !refusals) {
    throw new LoadError(root, formatProblems(problems).split('\n'));
  }

  return {
    render: (id, variables) => {
      const message = compiledAs('message', id, messages).render(variables);
      return markMessage(message, kindOf(variables));
    },
    form: (id, variables) => {
      const words = compiledAs('form', id, messages).render(variables);
      return { ...words, intro: markBlocks(words.intro, kindOf(variables)) } satisfies FormWords;
    },
    line,
    refusal: ({ refused, detail }) => {
      const { what, kept, next } = refusals[refused];
      return { what: what(detail), kept: kept(detail), next: next(detail) };
    },
  };
}

function compiledAs<K extends CompiledMessage['kind']>(
  kind: K,
  id: MessageId,
  messages: ReadonlyMap<MessageId, CompiledMessage | undefined>,
): Extract<CompiledMessage, { kind: K }> {
  const compiled = messages.get(id);
  if (compiled?.kind !== kind) throw new Error(`${id} is a ${compiled?.kind}, not a ${kind}`);
  return compiled as Extract<CompiledMessage, { kind: K }>;
}

/** Every message about a drill says so first, whatever its template does. */
function markMessage(message: Message, kind: string | undefined): Message {
  const mark = kindMark(kind ?? 'real');
  if (mark === '') return message;
  return { text: mark + message.text, blocks: markBlocks(message.blocks, kind) };
}

function markBlocks(blocks: Block[], kind: string | undefined): Block[] {
  const mark = kindMark(kind ?? 'real');
  const [first, ...rest] = blocks;
  if (mark === '') return blocks;
  if (first?.kind === 'title' || first?.kind === 'text')
    return [{ ...first, text: mark + first.text }, ...rest];
  return [{ kind: 'text', text: mark.trim() }, ...blocks];
}

function kindOf(variables: { incident?: { kind: string } | undefined } | object): string | undefined {
  return 'incident' in variables ? variables.incident?.kind : undefined;
}

function listFiles(root: string): string[] {
  try {
    return readdirSync(root).filter((name) => !name.startsWith('.'));
  } catch (cause) {
    throw new LoadError(root, [`${root}: this folder cannot be read`], { cause });
  }
}

function reportStrangers(
  files: readonly string[],
  ids: readonly string[],
  report: (file: string, message: string) => void,
): void {
  const known = [...ids, ...WORD_FILES];
  for (const file of files) {
    const name = file.replace(/\.yaml$/, '');
    if (name !== file && known.includes(name)) continue;
    const near = nearestWord(name, known);
    report(file, `there is no message ${name}${near ? `; did you mean ${near}?` : ''}`);
  }
}
