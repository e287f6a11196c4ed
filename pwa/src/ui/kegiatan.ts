/** The activity of a screen, with what its newest questionnaire on this phone says. */

import { type ComputedRef, computed } from "vue";

import { store } from "@/store";
import type { FormVersion, Kegiatan } from "@/store/types";
import { type Envelope, envelopeOf } from "@/ui/form-envelope";
import { type LiveRef, useLive } from "@/ui/live";
import { usePerson } from "@/ui/session";

export interface UsedKegiatan {
  key: ComputedRef<{ person: string; kegiatan: string }>;
  kegiatan: LiveRef<Kegiatan | null>;
  form: LiveRef<FormVersion | null>;
  envelope: ComputedRef<Envelope>;
}

/** Follow an activity. id: of the address of the screen. */
export function useKegiatan(id: () => string): UsedKegiatan {
  const person = usePerson();
  const key = computed(() => ({ person: person.value.id, kegiatan: id() }));
  const kegiatan = useLive<Kegiatan | null>(() => store.kegiatanGet(key.value), null, key);
  const form = useLive<FormVersion | null>(() => store.formGet(key.value), null, key);
  const envelope = computed(() => envelopeOf(form.value?.schema ?? null));
  return { key, kegiatan, form, envelope };
}
