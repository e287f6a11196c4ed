/** What must hold after any story; each function returns what is wrong in words. */

import { sameJson } from "@/store/rows";

import { K, type World } from "./world";

/** Return what is wrong; empty when everything is where it belongs. */
export async function faultsFound(world: World): Promise<string[]> {
  return [
    ...lostOrDoubled(world), ...renewed(world), ...outOfOrder(world), ...selfConflicts(world),
    ...(await lostDrafts(world)), ...(await strayRows(world)), ...lostPhotos(world),
  ];
}

/** Everything that was sent reached the answers once, by the operation that it was sent as. */
function lostOrDoubled({ server, sent }: World): string[] {
  const wrong: string[] = [];
  const discarded = new Set(server.discardedOperations().map(({ operation }) => operation.id));
  for (const { marker, operation, isGivenUp } of sent) {
    const times = server.submits.filter(({ responses }) => responses["n"] === marker);
    if (times.length > 1) wrong.push(`${marker} was applied ${times.length} times`);
    if (times.length === 0 && !isGivenUp && !discarded.has(operation)) wrong.push(`${marker} was lost`);
  }
  return wrong;
}

/** An operation keeps its id and its content from the person's touch to the office. */
function renewed({ server, made, mended }: World): string[] {
  return server.arrivals.flatMap(({ operation: { id, type }, result }) => {
    if (!made.has(id)) return [`${type} ${id} arrived, which nobody made`];
    return result.code === "operation_id_reused" && !mended.has(id) ? [`${type} ${id} arrived with another content`] : [];
  });
}

/** What follows an operation comes after it, and everything says what it is based on. */
function outOfOrder({ server }: World): string[] {
  const wrong: string[] = [];
  const come = new Set<string>();
  for (const { operation } of server.arrivals) {
    const { id, type, after, base_version } = operation;
    come.add(id);
    if (type === "create") continue;
    if ((after === undefined) === (base_version === undefined)) wrong.push(`${type} ${id} is based on nothing, or on two things`);
    const isKnown = after === undefined || come.has(after) || server.turnedAway.has(after);
    if (!isKnown) wrong.push(`${type} ${id} came before ${after}`);
  }
  return wrong;
}

/** A conflict is with somebody else: another phone, a reviewer, the office. */
function selfConflicts({ server }: World): string[] {
  return server.arrivals.flatMap(({ operation: { id, type }, result, base, writers }) => {
    const phone = id.split("-")[0] ?? "";
    const since = result.outcome === "conflict" && base !== null ? writers.slice(base) : [];
    const isOwn = since.length > 0 && since.every((writer) => writer.startsWith(`${phone}-`));
    return isOwn ? [`${type} ${id} is in conflict with ${since.join(", ")} of the same phone`] : [];
  });
}

async function lostDrafts({ typed, phones }: World): Promise<string[]> {
  const wrong: string[] = [];
  for (const [key, marker] of typed) {
    const [name, unit = ""] = key.split(" ");
    const phone = phones.find((one) => one.name === name);
    if (phone === undefined) continue;
    const draft = await phone.store.draftGet({ person: phone.person, assignment: unit });
    if (draft?.answers["n"] !== marker) wrong.push(`draft ${marker} of ${key} was lost: ${JSON.stringify(draft?.answers)}`);
  }
  return wrong;
}

/** Every phone shows what its person has, as it is. */
async function strayRows({ server, phones }: World): Promise<string[]> {
  const wrong: string[] = [];
  for (const { store, person, name } of phones) {
    const list = await store.assignmentList({ person, kegiatan: K });
    const held = server.roles.get(person)?.get(K) ?? [];
    const theirs = new Map(held.length === 0 ? [] : [...server.feedOf(person, K)].filter(([, row]) => !row.is_gone));
    for (const row of list) {
      const draft = await store.draftGet({ person, assignment: row.id });
      if (!theirs.has(row.id) && draft === null && !row.local_only) wrong.push(`${name} keeps ${row.id}`);
      if (!theirs.has(row.id)) continue;
      const unit = server.units.get(row.id);
      const full = await store.assignmentGet({ person, assignment: row.id });
      const isSame = unit?.version === row.version && unit.status === row.status && sameJson(unit.responses, full?.responses);
      if (!isSame) wrong.push(`${name} shows ${row.id} as ${row.status} ${row.version}, not ${unit?.status} ${unit?.version}`);
    }
    const here = new Set(list.map(({ id }) => id));
    for (const id of theirs.keys()) if (!here.has(id)) wrong.push(`${name} lacks ${id}`);
  }
  return wrong;
}

function lostPhotos({ server, sent }: World): string[] {
  return sent
    .filter(({ photo, marker }) => photo !== null && server.submits.some(({ responses }) => responses["n"] === marker))
    .filter(({ photo, isGivenUp }) => !isGivenUp && !server.files.has(photo ?? ""))
    .map(({ photo }) => `${photo} was lost`);
}
