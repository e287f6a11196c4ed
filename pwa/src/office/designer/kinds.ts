/**
 * The kinds of questions that can be added without typing JSON: every type that the engine knows,
 * common ones ready made. Texts of a new element come from kinds.i18n.json in the form's language.
 *
 * Source: kegiatan/form/elements.py, docs/forms.md ("Question types").
 */

import words from "./kinds.i18n.json";

export type KindGroup = "input" | "choice" | "field" | "structure" | "more";
export type KindWords = typeof words.id;
export type KindKey = keyof KindWords["kinds"];

/** One entry of the list to add from. make: the element without its name. */
export interface Kind {
  key: KindKey;
  group: KindGroup;
  type: string;
  icon: string;
  /** What a name made for it begins with. */
  stem: string;
  make: (text: KindWords["texts"], masters: readonly string[]) => Record<string, unknown>;
}

const kind = (
  group: KindGroup,
  key: KindKey,
  type: string,
  icon: string,
  stem: string,
  rest: (text: KindWords["texts"], masters: readonly string[]) => Record<string, unknown> = () => ({}),
): Kind => ({
  group,
  key,
  type,
  icon,
  stem,
  make: (text, masters) => ({ title: text.question, ...rest(text, masters) }),
});

const two = (word: string): { value: string; text: string }[] =>
  ["1", "2"].map((value) => ({ value, text: `${word} ${value}` }));
const twoChoices = (text: KindWords["texts"]): Record<string, unknown> => ({
  choices: two(text.choice),
});

export const KINDS: readonly Kind[] = [
  kind("input", "text", "text", "short_text", "teks"),
  kind("input", "number", "text", "pin", "angka", () => ({ inputType: "number", min: 0 })),
  kind("input", "date", "text", "calendar_today", "tanggal", () => ({ inputType: "date" })),
  kind("input", "comment", "comment", "notes", "uraian"),
  kind("choice", "radiogroup", "radiogroup", "radio_button_checked", "pilihan", twoChoices),
  kind("choice", "dropdown", "dropdown", "arrow_drop_down_circle", "daftar", twoChoices),
  kind("choice", "checkbox", "checkbox", "check_box", "centang", twoChoices),
  kind("choice", "boolean", "boolean", "toggle_on", "ya_tidak", (text) => ({
    labelTrue: text.yes,
    labelFalse: text.no,
  })),
  kind("choice", "lookup", "dropdown", "search", "kode", (_, masters) => ({ master: masters[0] ?? "KBLI" })),
  kind("field", "geotag", "geotag", "my_location", "lokasi", () => ({ minAccuracy: 20 })),
  kind("field", "photo", "photo", "photo_camera", "foto", () => ({ maxCount: 3 })),
  kind("field", "barcode", "barcode", "qr_code_scanner", "barkode"),
  kind("field", "signature", "signature", "draw", "tanda_tangan"),
  kind("field", "prefilled", "prefilled", "history_edu", "prelist", () => ({ dataKey: "nama" })),
  kind("field", "visitOutcome", "radiogroup", "door_front", "hasil_kunjungan", (text) => ({
    title: text.visit,
    isRequired: true,
    visitOutcome: true,
    choices: [
      { value: "selesai", text: text.visitDone },
      { value: "menolak", text: text.visitRefused },
      { value: "kosong", text: text.visitEmpty },
    ],
  })),
  kind("structure", "roster", "paneldynamic", "groups", "roster", (text) => ({
    title: text.roster,
    templateTitle: `${text.row} {panelIndex}`,
    minPanelCount: 1,
    maxPanelCount: 20,
    addPanelText: text.addRow,
    removePanelText: text.removeRow,
    templateElements: [{ type: "text", name: "nama", title: text.name, isRequired: true }],
  })),
  kind("structure", "panel", "panel", "select_all", "bagian", (text) => ({ title: text.panel, elements: [] })),
  kind("structure", "html", "html", "info", "catatan", (text) => ({ title: undefined, html: text.note })),
  kind("structure", "expression", "expression", "functions", "hitungan", () => ({ expression: "1 + 1" })),
  kind("more", "tagbox", "tagbox", "label", "banyak_pilihan", twoChoices),
  kind("more", "ranking", "ranking", "format_list_numbered", "urutan", twoChoices),
  kind("more", "rating", "rating", "star", "nilai", () => ({ rateMin: 1, rateMax: 5 })),
  kind("more", "imagepicker", "imagepicker", "imagesearch_roller", "gambar_pilihan", twoChoices),
  kind("more", "multipletext", "multipletext", "view_list", "isian", (text) => ({
    items: two(text.row).map(({ value, text: title }) => ({ name: `isian_${value}`, title })),
  })),
  kind("more", "matrix", "matrix", "grid_on", "matriks", (text) => ({
    columns: two(text.choice),
    rows: two(text.row),
  })),
  kind("more", "matrixdropdown", "matrixdropdown", "table", "tabel", (text) => ({
    columns: [{ name: "kolom_1", title: text.column, cellType: "text" }],
    rows: two(text.row),
  })),
  kind("more", "matrixdynamic", "matrixdynamic", "table_rows", "tabel_baris", (text) => ({
    columns: [{ name: "kolom_1", title: text.column, cellType: "text" }],
    minRowCount: 1,
    maxRowCount: 20,
  })),
  kind("more", "file", "file", "attach_file", "berkas", () => ({ maxSize: 1_048_576 })),
  kind("more", "signaturepad", "signaturepad", "stylus", "paraf"),
  kind("more", "image", "image", "image", "gambar", () => ({ title: undefined })),
];

export const KIND_GROUPS: readonly KindGroup[] = ["input", "choice", "field", "structure", "more"];

/** Return the ready-made kind that an element comes closest to, for its icon and its name in the outline. */
export function kindOfElement(type: string, facts: { isLookup: boolean; inputType: string }): Kind | undefined {
  if (type === "dropdown" && facts.isLookup) return KINDS.find((entry) => entry.key === "lookup");
  if (type === "text" && facts.inputType === "number") return KINDS.find((entry) => entry.key === "number");
  if (type === "text" && facts.inputType === "date") return KINDS.find((entry) => entry.key === "date");
  return KINDS.find((entry) => entry.type === type);
}
