import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { LIMITS, renderTopic } from '../../src/adapters/slack/limits.ts';
import { renderForm } from '../../src/adapters/slack/render-form.ts';
import { renderMessage } from '../../src/adapters/slack/render-message.ts';
import { renderHome, renderScreen } from '../../src/adapters/slack/render-screen.ts';
import { createCatalogue } from '../../src/adapters/templates/catalogue.ts';
import type { Catalogue } from '../../src/app/ports/catalogue.ts';
import { FORM_FIELDS, type FormId, isFormId } from '../../src/core/message/forms.ts';
import type { FormWords, Message } from '../../src/core/message/message.ts';
import { MESSAGES } from '../../src/core/message/messages.ts';
import { checkMessageBlocks, checkView } from '../../src/sandbox/slack/block-kit.ts';
import { allMoments, MESSAGE_SAMPLES, type Moment } from '../fixtures/message-variables.ts';
import { mrkdwnOf, unescaped } from '../fixtures/mrkdwn.ts';

const catalogue: Catalogue = createCatalogue({ root: path.resolve('templates/messages') });

const moments = allMoments().map((moment) => ({ ...moment, name: `${moment.id} (${moment.when})` }));
const messages = moments.filter(({ id }) => !isFormId(id));
const forms = moments.filter(({ id }) => isFormId(id));

function messageOf({ id, vars }: Moment): Message {
  return catalogue.render(id, vars as never);
}

function wordsOf({ id, vars }: Moment): FormWords {
  return catalogue.form(id, vars as never);
}

test('the samples cover every message, and are what its schema takes', () => {
  expect(Object.keys(MESSAGE_SAMPLES).sort()).toEqual(Object.keys(MESSAGES).sort());
  for (const { id, name, vars } of moments) {
    const parsed = MESSAGES[id].safeParse(vars);
    expect({ name, problem: parsed.error?.issues }).toEqual({ name, problem: undefined });
  }
});

describe.each(messages)('$name', (moment) => {
  const message = messageOf(moment);

  test('is a message that Slack takes, with safe text and a first line that stands alone', () => {
    const { text, blocks } = renderMessage(message);

    expect(checkMessageBlocks(blocks)).toEqual([]);
    expect(text.length).toBeLessThanOrEqual(LIMITS.message.text);
    expect(Buffer.byteLength(JSON.stringify(blocks))).toBeLessThanOrEqual(LIMITS.message.bytes);
    expect([...mrkdwnOf(blocks), text].flatMap(unescaped)).toEqual([]);
    expect(message.text).not.toMatch(/\n|\{\{|\{%|undefined|null|NaN/);
    expect(blocks.length).toBeGreaterThan(0);
  });

  test('fits a modal, the home tab and a topic as well', () => {
    const screen = { title: 'DR-20260115-001', close: 'Close', message };

    expect(checkView(renderScreen(screen), 'modal')).toEqual([]);
    expect(checkView(renderHome(message), 'home')).toEqual([]);
    expect(renderTopic(message).length).toBeLessThanOrEqual(LIMITS.topic);
  });

  test('has no holes in its words', () => {
    const words = mrkdwnOf(renderMessage(message).blocks).join('\n');

    expect(words).not.toMatch(/\{\{|\{%|%\}|\}\}|undefined|\[object|NaN| {3,}/);
    expect(words).not.toMatch(/ [,;.](?=\s|$)|\(\)/m);
  });

  test('says so when it is not real', () => {
    const incident = 'incident' in moment.vars ? moment.vars.incident : undefined;
    const mark = incident && !incident.real ? `[${incident.kind.toUpperCase()}] ` : undefined;
    const [first] = message.blocks;

    expect(message.text.startsWith('[')).toBe(mark !== undefined);
    if (mark && first && (first.kind === 'title' || first.kind === 'text')) {
      expect(first.text.startsWith(mark.trim())).toBe(true);
    }
  });
});

describe.each(forms)('$name', (moment) => {
  const words = wordsOf(moment);

  test('is a form that Slack takes, with words for every field', () => {
    const fields = FORM_FIELDS[moment.id as FormId];
    const view = renderForm({
      callback: 'x.submit',
      context: { incident: 'DR-20260115-001' },
      words,
      fields: fields.map((name) => ({ name, kind: 'text' as const })),
    });

    expect(Object.keys(words.fields)).toEqual([...fields]);
    expect(checkView(view, 'modal')).toEqual([]);
    expect(mrkdwnOf(view).flatMap(unescaped)).toEqual([]);
    expect(mrkdwnOf(view).join('\n')).not.toMatch(/\{\{|\{%|undefined|\[object|NaN/);
  });
});

test('buttons are told apart by their words alone, and no row is too wide for a telephone', () => {
  for (const moment of messages.filter(({ when }) => when !== 'extreme')) {
    const rows = messageOf(moment).blocks.flatMap((block) =>
      block.kind === 'buttons' ? [block.buttons] : [],
    );
    const labels = rows.flat().map(({ label }) => label);

    expect({ name: moment.name, labels: new Set(labels).size }).toEqual({
      name: moment.name,
      labels: labels.length,
    });
    for (const row of rows) expect(row.length).toBeLessThanOrEqual(3);
  }
});

test('200 open incidents fit the home tab, and it says how many more there are', () => {
  const view = renderHome(catalogue.render('home', MESSAGE_SAMPLES.home.extreme));
  const words = mrkdwnOf(view).join('\n');

  expect(view.blocks.length).toBeLessThanOrEqual(100);
  expect(words).toContain('DR-20260115-030');
  expect(words).toContain('and 12315 more: `/dr list`');
});
