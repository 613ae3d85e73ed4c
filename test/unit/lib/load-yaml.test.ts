import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { formatProblems, nearestWord, parseYamlDocument } from '../../../src/lib/load-yaml.ts';

const Region = z.strictObject({ jurisdiction: z.enum(['EU', 'US', 'APAC']), gateway: z.url() });
const Step = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('check'), address: z.string() }),
  z.strictObject({ kind: z.literal('promote'), database: z.string() }),
]);
const Profile = z.strictObject({
  id: z.string(),
  cadence: z.strictObject({ minutes: z.int().min(1).max(60) }).optional(),
  regions: z.record(z.string().regex(/^[a-z0-9-]+$/, 'lower-case letters'), Region),
  steps: z.array(Step).default([]),
  notify: z.union([z.literal('nobody'), z.strictObject({ channel: z.string() })]).optional(),
  wait: z.union([z.number(), z.string()]).optional(),
});

/** The report on a text, without the file's name before each line. */
function faultsOf(text: string, schema: z.ZodType = Profile): string[] {
  const result = parseYamlDocument(text, 'p.yaml', schema);
  return result.ok ? [] : formatProblems(result.problems).replaceAll('p.yaml:', '').split('\n');
}

const GOOD = `id: acme
regions:
  eu-west-1: { jurisdiction: EU, gateway: https://eu.example }
`;

describe('parseYamlDocument', () => {
  test('gives the checked value, defaults included', () => {
    expect(parseYamlDocument(GOOD, 'p.yaml', Profile)).toEqual({
      ok: true,
      value: {
        id: 'acme',
        regions: { 'eu-west-1': { jurisdiction: 'EU', gateway: 'https://eu.example' } },
        steps: [],
      },
    });
  });

  test('is YAML 1.2: no, on and 012 are not what they were', () => {
    expect(
      parseYamlDocument('{ a: no, b: on, c: 2026-01-15 }', 'p.yaml', z.record(z.string(), z.string())),
    ).toEqual({
      ok: true,
      value: { a: 'no', b: 'on', c: '2026-01-15' },
    });
  });

  test('reports all faults at once, each at its line and column', () => {
    const text = `id: 7
cadense: { minutes: 15 }
regions:
  eu-west-1: { jurisdiction: eu, gateway: https://eu.example }
  us-east-1:
    gatway: https://us.example
`;

    expect(faultsOf(text)).toEqual([
      '1:1 id: expected a text, found the number 7',
      '2:1 cadense: unknown key (allowed here: id, cadence, regions, steps, notify, wait); did you mean "cadence"?',
      '4:16 regions.eu-west-1.jurisdiction: expected one of EU, US, APAC, found "eu"; did you mean "EU"?',
      '5:3 regions.us-east-1.jurisdiction: is missing: expected one of EU, US, APAC',
      '5:3 regions.us-east-1.gateway: is missing: expected a text',
      '6:5 regions.us-east-1.gatway: unknown key (allowed here: jurisdiction, gateway); did you mean "gateway"?',
    ]);
  });

  test('names the place inside lists, and the keys of the kind that was chosen', () => {
    const text = `${GOOD}steps:
  - kind: check
    address: http://x
  - kind: promot
  - kind: promote
    databse: orders
`;

    expect(faultsOf(text)).toEqual([
      '7:5 steps[1].kind: expected one of check, promote, found "promot"; did you mean "promote"?',
      '8:5 steps[2].database: is missing: expected a text',
      '9:5 steps[2].databse: unknown key (allowed here: kind, database); did you mean "database"?',
    ]);
  });

  test.each([
    ['notify: nobdy', '4:1 notify: expected one of nobody, a map, found "nobdy"; did you mean "nobody"?'],
    [
      'notify: { chanel: x }',
      '4:11 notify.chanel: unknown key (allowed here: channel); did you mean "channel"?',
    ],
    ['wait: [1]', '4:1 wait: expected number or a text, found a list'],
    ['cadence:', '4:1 cadence: expected a map, found nothing'],
    ['cadence: { minutes: 90 }', '4:12 cadence.minutes: too big: expected number to be <=60'],
    ['cadence: { minutes: 1.5 }', '4:12 cadence.minutes: expected a whole number, found the number 1.5'],
  ])('%s', (line, fault) => {
    expect(faultsOf(`${GOOD}${line}\n`)).toContain(fault);
  });

  test('names a key that is itself not valid', () => {
    expect(
      faultsOf('id: x\nregions:\n  EU_West: { jurisdiction: EU, gateway: https://eu.example }\n'),
    ).toEqual(['3:3 regions.EU_West: the key is not valid: lower-case letters']);
  });

  test('finds the place of a fault behind an alias', () => {
    const text = `id: x
regions:
  one: &shared { jurisdiction: XX, gateway: https://eu.example }
  two: *shared
`;

    expect(faultsOf(text).map((fault) => fault.split(' ').slice(0, 2).join(' '))).toEqual([
      '3:18 regions.one.jurisdiction:',
      '3:18 regions.two.jurisdiction:',
    ]);
  });

  test.each([
    ['a key twice', 'id: a\nid: b\n', '2:1 Map keys must be unique'],
    ['a broken line', 'id: a\nregions: {\n', '3:1 Flow map'],
    ['tabs as indentation', 'id: a\nregions:\n\tx: 1\n', '3:'],
    ['two documents', 'id: a\n---\nid: b\n', '2:1 Source contains multiple documents'],
    ['an unknown tag', 'id: !!js/function "x"\n', '1:5 Unresolved tag'],
    ['an alias without its anchor', 'id: *gone\n', '1:'],
    ['nothing', '', '1:1 expected a map, found nothing'],
  ])('refuses %s', (_, text, fault) => {
    expect(faultsOf(text).join('\n')).toContain(fault);
  });

  test('refuses a bomb of aliases and an endless nesting without growing or crashing', () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const inner = level === 0 ? '"lol"' : `*l${level - 1}`;
      return `l${level}: &l${level} [${Array(9).fill(inner).join(', ')}]`;
    });

    expect(faultsOf(levels.join('\n'), z.unknown())).toEqual([
      expect.stringContaining('Excessive alias count'),
    ]);
    expect(faultsOf('['.repeat(100_000), z.unknown()).length).toBeGreaterThan(0);
    expect(faultsOf(`x: ${'y'.repeat(1_000_001)}`)).toEqual([
      '1:1 the file is larger than 1000000 characters',
    ]);
  });

  test('says what a refinement over the whole says, at the place it names', () => {
    const schema = Profile.superRefine((profile, context) => {
      if (profile.regions['us-east-1'] === undefined) {
        context.addIssue({ code: 'custom', path: ['regions'], message: 'Needs us-east-1' });
      }
    });

    expect(faultsOf(GOOD, schema)).toEqual(['2:1 regions: needs us-east-1']);
  });
});

describe('nearestWord', () => {
  const words = ['EU', 'US', 'declare', 'status', 'severity', 'resolve', 'reopen'];

  test.each([
    ['declar', 'declare'],
    ['STATSU', 'status'],
    ['resovle', 'resolve'],
    ['reopne', 'reopen'],
    ['banana', undefined],
    ['UE', undefined],
    ['', undefined],
  ])('%s: %s', (word, nearest) => {
    expect(nearestWord(word, words)).toBe(nearest);
  });
});
