/**
 * A random story of a crew: phones that type, send, break and come back; an office that reassigns,
 * decides and resets; a network that does its worst. In the end everything must be where it belongs.
 */

import type { JsonObject, Operation } from "@/store/types";

import { FakeServer } from "./fake-server";
import { Clock, FAULTS, FakeNetwork, type Fault, Phone, type PhoneOptions, chance } from "./phone";

export const K = "k1";
const UNITS = ["u1", "u2", "u3", "u4"];

/** One event of a story; the numbers choose among what is possible then. */
export interface Step {
  kind: number;
  a: number;
  b: number;
}

/** What became of something that a person sent. */
export interface Sent {
  phone: string;
  assignment: string;
  marker: string;
  operation: string;
  photo: string | null;
  /** The person took it back or gave it up. */
  isGivenUp: boolean;
}

export class World {
  readonly clock = new Clock();
  readonly server = new FakeServer();
  readonly network = new FakeNetwork(this.server, this.clock);
  readonly phones: Phone[];
  readonly sent: Sent[] = [];
  /** {phone unit: what was saved last and neither sent nor given up}. */
  readonly typed = new Map<string, string>();
  /** Ids that a person's deeds gave operations; a sync makes none. */
  readonly made = new Set<string>();
  /** Of those: what a person gave another content after the office had turned it back. */
  readonly mended = new Set<string>();
  private markers = 0;
  private readonly pick: (n: number) => number;
  readonly log: string[] = [];

  constructor(
    seed: number,
    private readonly faults: readonly number[],
    options: Pick<PhoneOptions, "database" | "break"> = {},
  ) {
    const random = chance(seed);
    this.pick = (n) => Math.floor(random() * n);
    this.server.now = this.clock.now;
    this.server.person("ani", "Ani", { [K]: ["PPL"] });
    this.server.person("beni", "Beni", { [K]: ["PPL"] });
    this.server.person("citra", "Citra", { [K]: ["PML"] });
    UNITS.forEach((id, index) => this.server.unit({ id, kegiatan: K, ppl: index < 3 ? "ani" : "beni", pml: "citra" }));
    const phoneOf = (name: string, person: string): Phone => new Phone(name, this.network, person, { ...options, random });
    this.phones = [
      phoneOf("a1", "ani"),
      phoneOf("a2", "ani"),
      phoneOf("b1", "beni"),
      phoneOf("c1", "citra"),
    ];
    let at = 0;
    this.network.next = () => this.faultAt(at++);
  }

  private faultAt(index: number): Fault {
    const number = this.faults[index % Math.max(1, this.faults.length)] ?? 0;
    // half of the requests get through
    return FAULTS[number] ?? "none";
  }

  /** Live through a whole story, until everything is quiet. */
  async tell(steps: readonly Step[]): Promise<void> {
    await this.start();
    const { next } = this.network;
    this.network.next = () => "none"; // in the office, before everybody leaves
    for (const phone of this.phones) await phone.run();
    this.network.next = next;
    for (const one of steps) await this.step(one);
    await this.calm(15);
  }

  async start(): Promise<void> {
    for (const phone of this.phones) await phone.signIn();
  }

  /** Carry out one event. What a person cannot do then is passed over. */
  async step({ kind, a, b }: Step): Promise<void> {
    const phone = this.phones[a % this.phones.length];
    if (phone === undefined) return;
    const deeds: [string, () => unknown][] = [
      ["sync", () => this.sync(phone, null)],
      ["killed sync", () => this.sync(phone, b * 4)],
      ["type", () => this.type(phone, b)],
      ["type", () => this.type(phone, b)],
      ["submit", () => this.submit(phone, b)],
      ["submit", () => this.submit(phone, b)],
      ["create", () => this.create(phone, b)],
      ["withdraw", () => this.withdraw(phone)],
      ["review", () => this.review(b)],
      ["review", () => this.review(b)],
      ["decide conflict", () => this.settle(phone, b)],
      ["reassign", () => this.reassign(b)],
      ["roles", () => this.roles(b)],
      ["period", () => (this.server.isPeriodOpen = b % 3 !== 0)],
      ["reset", () => this.server.feedReset()],
      ["office", () => this.server.decide(() => this.pick(3) > 0)],
      ["arrive", () => this.network.arrive()],
      ["wait", () => this.clock.advance((b + 1) * 60_000)],
      ["busy", () => (this.server.busyOperation = b % 2 === 0 ? () => this.pick(3) === 0 : () => false)],
      ["resync", () => phone.sync.resync()],
    ];
    // what people do most: send, and send again
    deeds.push(...[0, 0, 0, 0, 1, 1, 4, 4, 4, 2].flatMap((often) => deeds.slice(often, often + 1)));
    const deed = deeds[kind % deeds.length];
    if (deed === undefined) return;
    this.log.push(`${deed[0]} ${phone.name} ${b}`);
    await deed[1]();
    if (!deed[0].includes("sync")) await this.noteMade();
  }

  private async noteMade(): Promise<void> {
    for (const { store, person } of this.phones) {
      for (const { id } of await store.operationList({ person })) this.made.add(id);
    }
  }

  private async sync(phone: Phone, killAfter: number | null): Promise<void> {
    phone.crashAfter = killAfter;
    await phone.run();
    if (phone.wasKilled || killAfter !== null) phone.reboot();
  }

  private async unitOf(phone: Phone, choice: number): Promise<string | null> {
    const list = await phone.store.assignmentList({ person: phone.person, kegiatan: K });
    return list[choice % Math.max(1, list.length)]?.id ?? null;
  }

  private key(phone: Phone, unit: string): string {
    return `${phone.name} ${unit}`;
  }

  private async type(phone: Phone, choice: number): Promise<boolean> {
    const unit = await this.unitOf(phone, choice);
    if (unit === null || phone.person === "citra") return false;
    const key = { person: phone.person, assignment: unit };
    const draft = await phone.store.draftOpen({ ...key, role: "PPL", form_version: 1 });
    if (draft === null) return false;
    const marker = `m${(this.markers += 1)}`;
    await phone.store.draftSave({ ...key, answers: { n: marker } });
    this.typed.set(this.key(phone, unit), marker);
    return true;
  }

  private async submit(phone: Phone, choice: number): Promise<void> {
    const unit = await this.unitOf(phone, choice);
    if (unit === null || !(await this.type(phone, choice))) return;
    const key = { person: phone.person, assignment: unit };
    const marker = this.typed.get(this.key(phone, unit)) ?? "";
    const photo = choice % 3 === 0 ? `photo-${marker}` : null;
    if (photo !== null) {
      const blob = new Blob([`bytes of ${photo}`], { type: "image/jpeg" });
      await phone.store.photoAdd({ ...key, blob, thumb: null, name: "f.jpg", id: photo });
    }
    const answers = photo === null ? { n: marker } : { n: marker, foto: [photo] };
    const operation = await phone.store.draftSubmit({
      ...key, answers, form_version: 1, visit_outcome: "selesai", label: marker,
    });
    this.typed.delete(this.key(phone, unit));
    this.sent.push({ phone: phone.name, assignment: unit, marker, operation, photo, isGivenUp: false });
  }

  private async create(phone: Phone, choice: number): Promise<void> {
    const kegiatan = await phone.store.kegiatanGet({ person: phone.person, kegiatan: K });
    if (kegiatan === null || phone.person === "citra") return;
    const levels = choice % 7 === 0 ? ["64", "01"] : ["61", "04", "080", "001", "0001"];
    await phone.store.unitCreate({
      person: phone.person, kegiatan: K, label: "baru", levels, prefilled_data: null, form_version: 1,
    });
  }

  private async withdraw(phone: Phone): Promise<void> {
    const last = (await phone.store.operationList({ person: phone.person })).findLast(({ type }) => type === "submit");
    if (last === undefined) return;
    if (!(await phone.store.submitWithdraw({ person: phone.person, id: last.id }))) return;
    const sent = this.sentBy(last);
    if (sent === undefined) return;
    sent.isGivenUp = true;
    this.typed.set(this.key(phone, last.assignment), sent.marker);
  }

  private sentBy({ id }: Pick<Operation, "id">): Sent | undefined {
    return this.sent.find(({ operation }) => operation === id);
  }

  private async review(choice: number): Promise<void> {
    const phone = this.phones[3];
    const unit = phone === undefined ? null : await this.unitOf(phone, choice);
    if (phone === undefined || unit === null) return;
    const row = await phone.store.assignmentGet({ person: "citra", assignment: unit });
    if (row === null) return;
    const key = { person: "citra", assignment: unit, base_version: row.version };
    if (row.status === "Approved by PML") {
      await phone.store.reviewQueue([{ ...key, type: "revert_approval", notes: "" }]);
    } else if (choice % 2 === 0) {
      await phone.store.reviewQueue([{ ...key, type: "approve" }]);
    } else {
      await phone.store.reviewQueue([{ ...key, type: "reject", notes: "perbaiki", comments: [] }]);
    }
  }

  private reassign(choice: number): void {
    const ids = [...this.server.units.keys()];
    const id = ids[choice % ids.length];
    if (id !== undefined) this.server.reassign(id, choice % 2 === 0 ? "ani" : "beni");
  }

  private roles(choice: number): void {
    this.server.setRoles("beni", K, choice % 2 === 0 ? [] : ["PPL"]);
  }

  /** A person looks into the outbox and decides about everything that waits for it. */
  async settle(phone: Phone, choice: number): Promise<void> {
    const { store, person } = phone;
    for (const { id, state } of await store.photoList({ person, unsent: true })) {
      if (state === "refused") await store.photoRetry({ person, id });
    }
    for (const operation of await store.operationList({ person })) {
      const key = { person, assignment: operation.assignment };
      const mine = this.sentBy(operation);
      const open = (await store.operationList(key)).find(({ id }) => id === operation.id);
      if (open?.state === "conflict" && operation.type === "submit") {
        if (choice % 3 === 0) await store.conflictResolve({ choice: "theirs", ...key });
        else if (choice % 3 === 1) {
          const marker = `m${(this.markers += 1)}`;
          const answers = { n: marker };
          await store.conflictResolve({
            choice: "send", ...key, answers, form_version: 1, visit_outcome: "", label: marker,
          });
          const again = (await store.operationList(key)).findLast(({ type }) => type === "submit");
          this.sent.push({
            phone: phone.name, assignment: operation.assignment, marker,
            operation: again?.id ?? "", photo: null, isGivenUp: false,
          });
        } else {
          const answers = { n: mine?.marker ?? "" };
          await store.conflictResolve({ choice: "draft", ...key, answers });
          this.typed.set(this.key(phone, operation.assignment), mine?.marker ?? "");
        }
        if (mine !== undefined) mine.isGivenUp = true;
      } else if (open?.state === "conflict") {
        if (choice % 2 === 0) await store.operationRetry({ person, id: operation.id });
        else await store.operationDiscard({ person, id: operation.id });
      } else if (open?.state === "refused") {
        await this.settleRefused(phone, open, choice);
      }
    }
  }

  private async settleRefused(phone: Phone, operation: Operation, choice: number): Promise<void> {
    const { store, person } = phone;
    const mine = this.sentBy(operation);
    const data = operation.data["assignment"];
    if (operation.type === "create" && choice % 2 === 0 && typeof data === "object") {
      const mended = { ...(data as JsonObject), level_1_code: "61", level_2_code: "04" };
      this.mended.add(operation.id);
      await store.operationRetry({ person, id: operation.id, data: { assignment: mended } });
    } else if (operation.type === "submit" && choice % 3 === 0) {
      await store.operationToDraft({ person, id: operation.id });
      if (mine !== undefined) this.typed.set(this.key(phone, operation.assignment), mine.marker);
      if (mine !== undefined) mine.isGivenUp = true;
    } else {
      await this.giveUp(phone, operation);
    }
  }

  /** Giving up a new unit gives up what was to follow it. */
  private async giveUp(phone: Phone, operation: Operation): Promise<void> {
    const { store, person } = phone;
    const before = await store.operationList({ person, assignment: operation.assignment });
    await store.operationDiscard({ person, id: operation.id });
    const after = new Set((await store.operationList({ person, assignment: operation.assignment })).map(({ id }) => id));
    for (const { id } of before) {
      const sent = this.sentBy({ id });
      if (!after.has(id) && sent !== undefined) sent.isGivenUp = true;
    }
    if ((await store.assignmentGet({ person, assignment: operation.assignment })) === null) {
      this.typed.delete(this.key(phone, operation.assignment));
    }
  }

  /** Faults end; people and the office decide what waits for them. Returns how many rounds it took. */
  async calm(most: number): Promise<number> {
    this.network.next = () => "none";
    this.server.busyOperation = () => false;
    await this.network.arrive();
    for (let round = 1; round <= most; round += 1) {
      this.clock.advance(2 * 3_600_000);
      for (const phone of this.phones) await phone.run();
      this.server.decide(() => this.pick(2) === 0);
      for (const phone of this.phones) await this.settle(phone, this.pick(6));
      await this.noteMade();
      for (const phone of this.phones) await phone.run();
      if (!(await this.isQuiet())) continue;
      for (const phone of this.phones) await phone.run(); // what the last of them did reaches the others
      if (await this.isQuiet()) return round;
    }
    throw new Error(`stuck: ${JSON.stringify(await this.waiting())}`);
  }

  private async waiting(): Promise<unknown[]> {
    const all = await Promise.all(
      this.phones.map(async ({ store, person, name }) => ({
        name,
        operations: (await store.operationList({ person })).map(({ type, state, assignment, id }) => `${id} ${type} ${assignment} ${state}`),
        photos: (await store.photoList({ person, unsent: true })).map(({ id, state }) => `${id} ${state}`),
      })),
    );
    return all.filter(({ operations, photos }) => operations.length + photos.filter((line) => !line.endsWith("parked")).length > 0);
  }

  private async isQuiet(): Promise<boolean> {
    return (await this.waiting()).length === 0;
  }
}
