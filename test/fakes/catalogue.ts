import type { Catalogue } from '../../src/app/ports/catalogue.ts';
import type { Message } from '../../src/core/message/message.ts';
import { MESSAGES } from '../../src/core/message/messages.ts';

/**
 * Words that say only which message it is and what it was given, so that tests see the facts. Like the real
 * one it refuses variables that a message does not declare as they are.
 */
export function createFakeCatalogue(): Catalogue {
  return {
    render(id, vars) {
      return { text: id, blocks: [{ kind: 'note', text: JSON.stringify(MESSAGES[id].parse(vars)) }] };
    },
    form(id, vars) {
      const intro = [{ kind: 'note' as const, text: JSON.stringify(MESSAGES[id].parse(vars)) }];
      return { title: id, submit: 'Send', close: 'Cancel', intro, fields: {} };
    },
    line: ({ type, by }) => `${type} by ${by.name ?? by.kind}`,
    refusal: ({ refused, detail }) => ({ what: refused, kept: '', next: JSON.stringify(detail) }),
  };
}

/** What a message of the fake catalogue was given. */
export function varsOf(message: Message): Record<string, unknown> {
  const [block] = message.blocks;
  return block?.kind === 'note' ? JSON.parse(block.text) : {};
}
