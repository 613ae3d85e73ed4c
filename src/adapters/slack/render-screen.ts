import type { HomeView, ModalView } from '@slack/types';
import type { Screen } from '../../app/ports/chat.ts';
import type { Message } from '../../core/message/message.ts';
import { LIMITS, plainText } from './limits.ts';
import { plain, renderBlocks } from './render-message.ts';

/** A modal without fields. */
export function renderScreen(screen: Screen): ModalView {
  return {
    type: 'modal',
    title: plain(plainText(screen.title), LIMITS.view.title),
    close: plain(plainText(screen.close), LIMITS.view.close),
    blocks: renderBlocks(screen.message, LIMITS.view),
  };
}

/** The app's home tab. */
export function renderHome(message: Message): HomeView {
  return { type: 'home', blocks: renderBlocks(message, LIMITS.view) };
}
