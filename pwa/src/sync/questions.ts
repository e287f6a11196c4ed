/** What is asked of the server outside a sync: signing in, rights, histories, photos. */

import { type Answer, createApi } from "../api";
import type { JsonObject, Person } from "../store/types";
import type { Environment } from "./environment";
import { expire } from "./expiring";
import { challengeOf, secretMake } from "./phone-secret";
import type { Sync } from "./interface";
import type { SyncResult } from "./types";

type Sessions = Pick<Sync, "signIn" | "signOut" | "googleOffered" | "googleBegin" | "googleEnd">;
type Questions = Omit<Sync, "start" | "now" | "resync" | "status" | "onStatus" | keyof Sessions>;
type SignedIn = Extract<Awaited<ReturnType<ReturnType<typeof createApi>["signIn"]>>, { kind: "ok" }>["value"];
const NOBODY = { kind: "signed_out", message: "" } as const;

export function sessions(environment: Environment, signedIn: () => Promise<SyncResult>): Sessions {
  const { store } = environment;

  /** Make who got a token the current person, and fetch what is theirs. */
  async function begun(answer: Answer<SignedIn>): Promise<Answer<Person>> {
    if (answer.kind !== "ok") return answer;
    const { token, expires_at, user } = answer.value;
    await store.personSignIn({ ...user, session: { state: "signed_in", token, expires_at } });
    const person = await store.personGet(user.id);
    if (person === null) return NOBODY;
    await store.port.journalAdd({ person: user.id, at: environment.now(), kind: "signed_in" });
    void signedIn();
    return { ...answer, value: person };
  }

  return {
    signIn: async (who) => begun(await apiOf(environment, null).signIn(who)),
    googleOffered: async () => {
      const answer = await apiOf(environment, null).googleOffer();
      return answer.kind === "ok" ? { ...answer, value: answer.value.is_offered } : answer;
    },
    googleBegin: async (next) => {
      const verifier = secretMake();
      await store.signInAttemptKeep({ verifier, next });
      return `${environment.base}/account/phone/?challenge=${await challengeOf(verifier)}`;
    },
    googleEnd: async (code) => {
      const attempt = await store.signInAttemptTake();
      if (attempt === null) return null;
      const { verifier, next } = attempt;
      const answer = await begun(await apiOf(environment, null).googleSignIn({ code, verifier }));
      return answer.kind === "ok" ? { ...answer, value: { person: answer.value, next } } : answer;
    },
    signOut: async ({ forget }) => {
      const person = await store.personCurrent();
      if (person === null) return;
      await store.personSignOut(person.id, { forget });
      // without a network the token lives until it expires or the office ends it
      if (person.session.state === "signed_in") await apiOf(environment, person.session.token).signOut();
    },
  };
}

export function questions(environment: Environment): Questions {
  const { store } = environment;

  /** Ask as the current person. */
  async function ask<T, R>(
    call: (api: ReturnType<typeof createApi>, person: Person) => Promise<Answer<T>>,
    read: (value: T, person: Person) => R | Promise<R>,
  ): Promise<Answer<R>> {
    const person = await store.personCurrent();
    if (person?.session.state !== "signed_in") return NOBODY;
    const answer = await call(apiOf(environment, person.session.token), person);
    if (answer.kind === "signed_out") await expire(store, person);
    return answer.kind === "ok" ? { ...answer, value: await read(answer.value, person) } : answer;
  }

  return {
    allowedActions: (assignment) =>
      ask(
        (api) => api.allowedActions(assignment),
        ({ actions }) => actions,
      ),
    history: (assignment) =>
      ask(
        (api) => api.history(assignment),
        ({ results }) => results,
      ),
    areasBelow: (prefix) =>
      ask(
        (api) => api.wilayah(prefix),
        ({ results }) => results,
      ),
    invitations: () =>
      ask(
        (api) => api.invitations(),
        ({ results }) => results,
      ),
    invitationAnswer: (id, answer) =>
      ask(
        (api) => (answer === "accept" ? api.invitationAccept(id) : api.invitationDecline(id)),
        (invitation) => invitation,
      ),
    photoFetch: (photo) => photoFetch(environment, ask, photo),
    formFetch: ({ kegiatan, version }) =>
      ask(
        (api) => api.form(kegiatan, version),
        async (form, person) => {
          const { schema, checksum, engine } = form;
          const now = environment.now();
          await store.port.formSave({ person: person.id, kegiatan, version, schema: schema as JsonObject, checksum, engine, now });
          return null;
        },
      ),
  };
}

function apiOf(environment: Environment, token: string | null): ReturnType<typeof createApi> {
  return createApi({ network: environment, base: environment.base, token, language: environment.language() });
}

type Ask = <T, R>(
  call: (api: ReturnType<typeof createApi>, person: Person) => Promise<Answer<T>>,
  read: (value: T, person: Person) => R | Promise<R>,
) => Promise<Answer<R>>;

async function photoFetch(
  { store }: Environment,
  ask: Ask,
  photo: Parameters<Sync["photoFetch"]>[0],
): ReturnType<Sync["photoFetch"]> {
  const { assignment, id, size } = photo;
  const person = await store.personCurrent();
  const here = person === null ? null : await store.photoGet({ person: person.id, id });
  if (here !== null && (here.is_here || (size === "thumb" && here.thumb !== null))) {
    return { kind: "ok", status: 200, value: here, etag: null };
  }
  return ask(
    (api) => api.attachmentGet(assignment, id, size),
    async (blob, { id: person }) => {
      const unit = await store.assignmentGet({ person, assignment });
      const [thumb, full] = size === "thumb" ? [blob, null] : [null, blob];
      await store.port.remoteKeep({
        person, id, assignment, kegiatan: unit?.kegiatan ?? "", type: blob.type, thumb, blob: full,
      });
      const kept = await store.photoGet({ person, id });
      if (kept === null) throw new Error("the photo was not kept");
      return kept;
    },
  );
}
