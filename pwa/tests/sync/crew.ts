/** A crew for tests: two PPL, a PML, five units, phones on a network that tests command. */

import { expect, vi } from "vitest";

import type { AssignmentFull } from "@/store/types";

import { FakeServer } from "./fake-server";
import { Clock, FakeNetwork, type Fault, Phone } from "./phone";

export const K = "k1";
// machines are busy when all tests run
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

export interface Crew {
  clock: Clock;
  server: FakeServer;
  network: FakeNetwork;
  /** Ani, PPL of u1 to u5. */
  ppl: Phone;
  /** Citra, their PML. */
  pml: Phone;
}

export async function makeCrew(): Promise<Crew> {
  const clock = new Clock();
  const server = new FakeServer();
  server.now = clock.now;
  server.person("ani", "Ani", { [K]: ["PPL"] });
  server.person("beni", "Beni", { [K]: ["PPL"] });
  server.person("citra", "Citra", { [K]: ["PML"] });
  for (const id of ["u1", "u2", "u3", "u4", "u5"]) server.unit({ id, kegiatan: K, ppl: "ani", pml: "citra" });
  const network = new FakeNetwork(server, clock);
  const ppl = new Phone("a", network, "ani");
  const pml = new Phone("c", network, "citra");
  await ppl.signIn();
  await pml.signIn();
  return { clock, server, network, ppl, pml };
}

export function key(phone: Phone, assignment: string): { person: string; assignment: string } {
  return { person: phone.person, assignment };
}

export async function type(phone: Phone, assignment: string, n: string): Promise<void> {
  const draft = await phone.store.draftOpen({ ...key(phone, assignment), role: "PPL", form_version: 1 });
  expect(draft).not.toBeNull();
  await phone.store.draftSave({ ...key(phone, assignment), answers: { n } });
}

export async function submit(phone: Phone, assignment: string, n: string): Promise<string> {
  await type(phone, assignment, n);
  return phone.store.draftSubmit({
    ...key(phone, assignment), answers: { n }, form_version: 1, visit_outcome: "selesai", label: `Rumah ${n}`,
  });
}

/** What happens to the next requests; then the network is good again. */
export function faults(network: FakeNetwork, ...list: Fault[]): void {
  network.next = () => list.shift() ?? "none";
}

export async function row(phone: Phone, id: string): Promise<AssignmentFull | null> {
  return phone.store.assignmentGet(key(phone, id));
}

/** What waits in the outbox, as "type state". */
export async function waiting(phone: Phone): Promise<string[]> {
  return (await phone.store.operationList({ person: phone.person })).map(({ type, state }) => `${type} ${state}`);
}
