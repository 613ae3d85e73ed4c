import type { Triggers } from '../triggers.ts';
import type { ApiReply } from '../types.ts';
import type { ViewStore } from '../view-store.ts';
import { chatMethods } from './chat.ts';
import { conversationMethods } from './conversations.ts';
import type { MethodDeps } from './deps.ts';
import { fileAndReactionMethods } from './files-and-reactions.ts';
import { historyMethods } from './history.ts';
import type { Methods } from './method.ts';
import { peopleMethods } from './people.ts';
import { pinAndBookmarkMethods } from './pins-and-bookmarks.ts';
import { viewMethods } from './views.ts';

interface AllMethodsDeps extends MethodDeps {
  views: ViewStore;
  triggers: Triggers;
  origin: () => string;
  openConnection: () => ApiReply;
}

/** Every method of the Web API that this workspace knows. */
export function createMethods(deps: AllMethodsDeps): Methods {
  return {
    ...chatMethods(deps),
    ...conversationMethods(deps),
    ...historyMethods(deps),
    ...pinAndBookmarkMethods(deps),
    ...peopleMethods(deps),
    ...fileAndReactionMethods(deps, deps.origin),
    ...viewMethods({ store: deps.views, triggers: deps.triggers, directory: deps.directory }),
    'apps.connections.open': () => deps.openConnection(),
  };
}
