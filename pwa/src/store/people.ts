/** Who uses the phone, and what of theirs is not at the office yet. */

import { type Context, WORK_TABLES, found, reading, writing } from "./context";
import { TABLES_OF_A_PERSON } from "./database";
import type { SignInAttempt, Store } from "./interface";
import { isObject } from "./rows";
import type { Person, UnsentCount } from "./types";
import { isTouched } from "./work";

const CURRENT = "current_person";
const ATTEMPT = "sign_in_attempt";

type People = Pick<
  Store,
  | "personCurrent"
  | "personGet"
  | "personList"
  | "personSignIn"
  | "signInAttemptKeep"
  | "signInAttemptTake"
  | "personExpire"
  | "personSignOut"
  | "unsentCount"
>;

export function people(context: Context): People {
  const { db } = context;
  return {
    personCurrent: () =>
      reading(context, ["persons", "device"], async () => {
        const id = (await db.device.get(CURRENT))?.value;
        return typeof id === "string" ? ((await db.persons.get(id)) ?? null) : null;
      }),
    personGet: (id) => reading(context, ["persons"], async () => (await db.persons.get(id)) ?? null),
    personList: () => reading(context, ["persons"], () => db.persons.toArray()),
    personSignIn: (person) =>
      writing(context, ["persons", "device"], async () => {
        await db.persons.put({ ...person, signed_in_at: context.now() });
        await db.device.put({ key: CURRENT, value: person.id });
      }),
    signInAttemptKeep: ({ verifier, next }) =>
      writing(context, ["device"], async () => {
        await db.device.put({ key: ATTEMPT, value: { verifier, next } });
      }),
    signInAttemptTake: () => writing(context, ["device"], () => attemptTake(context)),
    personExpire: (id) =>
      writing(context, ["persons"], async () => {
        const person = found(await db.persons.get(id), "person");
        if (person.session.state === "signed_out") return;
        await db.persons.put(signedOut(person, "expired", context.now()));
      }),
    personSignOut: (id, options) => signOut(context, id, options.forget),
    unsentCount: (key) => unsentCount(context, key),
  };
}

async function attemptTake({ db }: Context): Promise<SignInAttempt | null> {
  const found = (await db.device.get(ATTEMPT))?.value;
  await db.device.delete(ATTEMPT);
  if (!isObject(found)) return null;
  const { verifier, next } = found;
  return typeof verifier === "string" && typeof next === "string" ? { verifier, next } : null;
}

function signedOut(person: Person, why: "expired" | "by_person", now: number): Person {
  return { ...person, session: { state: "signed_out", why, since_at: now } };
}

async function signOut(context: Context, id: string, forget: boolean): Promise<void> {
  const { db } = context;
  await writing(context, ["persons", "device", ...TABLES_OF_A_PERSON], async () => {
    const person = await db.persons.get(id);
    if ((await db.device.get(CURRENT))?.value === id) await db.device.delete(CURRENT);
    if (!forget) {
      if (person !== undefined) await db.persons.put(signedOut(person, "by_person", context.now()));
      return;
    }
    for (const name of TABLES_OF_A_PERSON) await deleteOf(context, name, id);
    await db.persons.delete(id);
  });
}

/** Every table of a person has an index or key that begins with `person`. */
async function deleteOf(
  { db }: Context,
  name: (typeof TABLES_OF_A_PERSON)[number],
  person: string,
): Promise<void> {
  const table = db.table<unknown, unknown>(name);
  const index = [table.schema.primKey, ...table.schema.indexes].find(
    ({ keyPath }) => keyPath === "person" || (Array.isArray(keyPath) && keyPath[0] === "person"),
  );
  if (index === undefined) throw new Error(`${name} has no index by person`);
  const path = index.keyPath;
  const range = table.where(index.name);
  // [] is above every text, number and date, so the range holds every key that begins with the person
  await (Array.isArray(path) ? range.between([person], [person, []]) : range.equals(person)).delete();
}

async function unsentCount(
  context: Context,
  key: { person: string; kegiatan?: string },
): Promise<UnsentCount> {
  const { db } = context;
  const isMeant = (row: { kegiatan: string }): boolean =>
    key.kegiatan === undefined || row.kegiatan === key.kegiatan;
  return reading(context, WORK_TABLES, async () => {
    const states = async (...names: string[]): Promise<number> => {
      const rows = await db.operations
        .where("[person+state]")
        .anyOf(names.map((name) => [key.person, name]))
        .toArray();
      return rows.filter(isMeant).length;
    };
    const drafts = (
      await db.drafts
        .where("[person+kegiatan]")
        .between([key.person], [key.person, []])
        .toArray()
    ).filter((draft) => draft.sent_as === null && isTouched(draft) && isMeant(draft)).length;
    const operations = await states("queued", "sending");
    const [parked, refused, conflict] = [
      await states("parked"),
      await states("refused"),
      await states("conflict"),
    ];
    const attachments = (
      await db.attachments
        .where("[person+state]")
        .anyOf(["queued", "sending", "refused"].map((state) => [key.person, state]))
        .toArray()
    ).filter(isMeant).length;
    const total = drafts + operations + attachments + refused + conflict;
    return { drafts, operations, attachments, parked, refused, conflict, total };
  });
}
