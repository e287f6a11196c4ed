/** A store on one database: the app has one, tests many. */

import { activities } from "./activities";
import { conflicts } from "./conflicts";
import type { Context } from "./context";
import type { CerdasDatabase } from "./database";
import { drafts } from "./drafts";
import type { Store } from "./interface";
import { newUnits } from "./new-units";
import { outbox } from "./outbox";
import { people } from "./people";
import { photos } from "./photos";
import { pull } from "./port-pull";
import { push } from "./port-push";
import { rest } from "./port-rest";
import { remembered } from "./remembered";
import { units } from "./units";

export interface StoreOptions {
  now?: () => number;
  newId?: () => string;
}

export function createStore(db: CerdasDatabase, options: StoreOptions = {}): Store {
  const listeners = new Set<(work: { person: string }) => void>();
  const context: Context = {
    db,
    now: options.now ?? Date.now,
    newId: options.newId ?? (() => crypto.randomUUID()),
    // after the transaction: whoever listens must find what was queued
    queued: (person) => {
      setTimeout(() => {
        for (const listener of listeners) listener({ person });
      }, 0);
    },
  };
  return {
    ...people(context),
    ...activities(context),
    ...units(context),
    ...drafts(context),
    ...newUnits(context),
    ...outbox(context),
    ...conflicts(context),
    ...photos(context),
    ...remembered(context),
    onQueued: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    port: { ...push(context), ...pull(context), ...rest(context) },
  };
}
