/** Units for tests of lists and areas: everything that a row has, and what a test wants of it. */

import type { Assignment } from "@/store/types";

let serial = 0;

/** Return a unit as the store gives it. */
export function unit(fields: Partial<Assignment> = {}): Assignment {
  serial += 1;
  return {
    person: "p", id: `u${serial.toString()}`, kegiatan: "k", satker: "s", rev: "1", version: 1, status: "Assigned",
    label: `Unit ${serial.toString()}`, level_1_code: "61", level_2_code: "04", level_3_code: "080", level_4_code: "001",
    level_5_code: "0001", level_6_code: null, level_4_code_full: "6104080001", level_6_code_full: null,
    region_code: "61040800010001", prefilled_data: null, ppl: { id: "p", name: "Dewi" }, pml: { id: "m", name: "Hendra" },
    form_version_used: 1, visit_outcome: "", notes: "", comments: [],
    check: { state: "none", version: null, errors: 0, warnings: 0 }, missing_attachments: [], submitted_by_ppl_at: null,
    reviewed_by_pml_at: null, reviewed_by_admin_at: null, columns: {}, local: "none", local_action: null, local_label: null,
    local_only: false, gone: false, pass: 1, changed_at: 0, ...fields,
  };
}
