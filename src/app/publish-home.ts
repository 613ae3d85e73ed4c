import type { Catalogue } from './ports/catalogue.ts';
import type { Account, Chat, Directory } from './ports/chat.ts';
import type { ReadIncidents } from './read-incidents.ts';

/** Blocks are scarce in a home tab; the rest is counted and `/dr list` shows it. */
const HOME_OPEN = 20;

/** Shows one person their home tab: what waits for them, what is open, what ended lately. */
export function createPublishHome(deps: {
  chat: Chat;
  catalogue: Catalogue;
  directory: Directory;
  read: ReadIncidents;
}): (account: Account) => Promise<void> {
  return async (account) => {
    const requester = await deps.directory.requester(account);
    const [listing, waiting] = await Promise.all([
      deps.read.listing(requester, { open: HOME_OPEN }),
      deps.read.waitingFor(requester),
    ]);
    const message = deps.catalogue.render('home', {
      person: requester.person,
      may: requester.capabilities,
      waiting,
      ...listing,
    });
    await deps.chat.publishHome(account.userId, message);
  };
}
