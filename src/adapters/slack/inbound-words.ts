import type { Catalogue } from '../../app/ports/catalogue.ts';
import type { Message } from '../../core/message/message.ts';
import { refuse } from '../../core/shared/refusal.ts';

/** What people are told before, or instead of, an answer of Lifeboat's own. */
export interface InboundWords {
  /** Shown when the answer takes longer than Slack waits. */
  working(command: string): Message;
  unknownWorkspace(): Message;
  notConnected(): Message;
  /** Slack allows a form for three seconds after the click. */
  formTooLate(): Message;
  unreadableButton(): Message;
  /** Something is wrong with what was entered, and the form is gone. */
  invalid(problems: string[]): Message;
}

export function createInboundWords(catalogue: Pick<Catalogue, 'render' | 'refusal'>): InboundWords {
  const refusal = (what: string, next: string) =>
    catalogue.render('refusal', { what, kept: 'Nothing was done or recorded.', next });
  return {
    working: (command) => catalogue.render('working', { command }),
    unknownWorkspace: () => catalogue.render('refusal', catalogue.refusal(refuse('workspace.unknown'))),
    notConnected: () =>
      refusal(
        'Lifeboat has just started and Slack has not yet told it which workspace this is.',
        'Try again in a minute.',
      ),
    formTooLate: () =>
      refusal('Slack did not open the form in time.', 'Run the command, or press the button, once more.'),
    unreadableButton: () =>
      refusal(
        'This button is not one that Lifeboat knows any more.',
        'Run `/dr` to see what can be done here and now.',
      ),
    invalid: (problems) => refusal(problems.join(' '), 'Correct it and send it again.'),
  };
}
