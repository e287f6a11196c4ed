/** What the form needs, from this phone's database: photos of the unit, data sets in memory. */

import type { JsonObject } from "@/engine";
import { store } from "@/store";
import { sync } from "@/sync";

import type { CodeBook } from "./judge";
import { withPhoto } from "./late-photo";
import { type MasterIndex, masterIndex, masterSearch, mastersOf } from "./master";
import type { FormServices } from "./services";

/** The data sets of one form; each is read and made searchable once. */
export class Masters {
  private readonly ready = new Map<string, MasterIndex>();
  private readonly loading = new Map<string, Promise<MasterIndex | undefined>>();

  constructor(
    private readonly form: JsonObject,
    private readonly key: { person: string; kegiatan: string },
  ) {}

  /** Read every set that the form names, so that codes have texts at once. */
  async load(): Promise<void> {
    await Promise.all([...mastersOf(this.form).keys()].map((type) => this.index(type)));
  }

  async index(type: string): Promise<MasterIndex | undefined> {
    const reading = this.loading.get(type) ?? this.read(type);
    this.loading.set(type, reading);
    return reading;
  }

  readonly codes: CodeBook = {
    isHere: (type) => this.ready.has(type),
    textOf: (type, code) => this.ready.get(type)?.byCode.get(code),
  };

  private async read(type: string): Promise<MasterIndex | undefined> {
    const stated = mastersOf(this.form).get(type);
    const version = stated ?? (await store.mastersReady(this.key))[type];
    const data = version === undefined ? null : await store.masterGet(type, version);
    if (data === null) return undefined;
    const index = masterIndex(data.rows);
    this.ready.set(type, index);
    return index;
  }
}

async function pictureHere(
  photo: { person: string; id: string },
  size: "small" | "whole",
): Promise<Blob | null> {
  const thumb = size === "small" ? (await store.photoGet(photo))?.thumb : null;
  return thumb ?? store.photoBlob(photo);
}

/** Return the services of a form for one unit. Addresses of pictures are freed by `close`. */
export function phoneServices(
  unit: { person: string; assignment: string },
  masters: Masters,
): FormServices & { close: () => void } {
  const addresses = new Map<string, string>();
  const addressOf = (key: string, blob: Blob): string => {
    const known = addresses.get(key) ?? URL.createObjectURL(blob);
    addresses.set(key, known);
    return known;
  };
  return {
    pictures: {
      keep: (blob, thumb, name) => store.photoAdd({ ...unit, blob, thumb, name }),
      address: async (id, size) => {
        const key = `${id} ${size}`;
        if (addresses.has(key)) return addresses.get(key);
        const photo = { person: unit.person, id };
        const here = await pictureHere(photo, size);
        if (here !== null) return addressOf(key, here);
        await sync.photoFetch({
          assignment: unit.assignment, id, size: size === "small" ? "thumb" : "full",
        });
        const came = (await pictureHere(photo, size)) ?? (await pictureHere(photo, "small"));
        return came === null ? undefined : addressOf(key, came);
      },
      nameLate: async (path, id) => {
        const draft = await store.draftGet(unit);
        const answers = draft === null ? undefined : withPhoto(draft.answers, path, id);
        if (draft !== null && answers !== undefined) {
          await store.draftSave({ ...unit, answers, seen_at: draft.updated_at });
        }
      },
      drop: async (id) => {
        const photo = await store.photoGet({ person: unit.person, id });
        if (photo?.state === "draft") await store.photoDelete({ person: unit.person, id });
      },
    },
    lookups: {
      search: async (type, filter, skip, take) => {
        const index = await masters.index(type);
        return index === undefined ? { items: [], total: 0 } : masterSearch(index, filter, skip, take);
      },
      texts: async (type, codes) => {
        const index = await masters.index(type);
        return codes.map((code) => {
          const text = index?.byCode.get(code);
          return text === undefined ? code : `${code} – ${text}`;
        });
      },
    },
    close: () => {
      for (const address of addresses.values()) URL.revokeObjectURL(address);
      addresses.clear();
    },
  };
}
