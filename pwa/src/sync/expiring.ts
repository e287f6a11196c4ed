/** The end of a session, as the server tells it. */

import type { Store } from "../store/interface";
import type { Person } from "../store/types";

/**
 * End the session of a person, as it was when the server was asked. false: they have signed in anew
 * since, or left; a late answer to an old token says nothing about the new one.
 */
export async function expire(store: Store, asked: Person): Promise<boolean> {
  const current = await store.personCurrent();
  const { session } = asked;
  if (current?.id !== asked.id || session.state !== "signed_in") return false;
  if (current.session.state !== "signed_in" || current.session.token !== session.token) return false;
  await store.personExpire(asked.id);
  return true;
}
