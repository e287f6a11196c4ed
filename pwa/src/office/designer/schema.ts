/**
 * What may stand at a place of a questionnaire: the office's schema of the envelope, with the
 * elements as the form engine knows them (survey-core's own description, our types included).
 */

/** A JSON Schema as far as it is read here. $ref: "#/definitions/x" or, as survey-core writes it, "x". */
export interface Schema {
  $ref?: string;
  $id?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  items?: Schema;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  definitions?: Record<string, Schema>;
  $defs?: Record<string, Schema>;
  required?: string[];
  description?: string;
  title?: string;
}

export type Definitions = Readonly<Record<string, Schema>>;

/** A form's schema: the root, what its references name, and words for keys and types of elements. */
export interface FormSchema {
  root: Schema;
  definitions: Definitions;
  titles: ReadonlyMap<string, string>;
  typeTitles: ReadonlyMap<string, string>;
}

/**
 * Lay survey-core's description of a form under the office's envelope; either may be missing.
 *
 * The office describes all elements alike, survey-core each type with its own properties: where it
 * is there, it says what an element may have, and the office's words say what that means.
 */
export function formSchema(envelope: Schema | undefined, survey: Schema | undefined): FormSchema {
  const rest: Schema[] = [envelope, survey].filter((schema) => schema !== undefined);
  const definitions: Record<string, Schema> = { ...survey?.definitions, ...envelope?.definitions, ...envelope?.$defs };
  const element = envelope?.$defs?.["element"];
  const classes = survey?.definitions?.["panelbase"]?.properties?.["elements"]?.items;
  if (classes !== undefined) definitions["element"] = classes;
  const titles = new Map<string, string>();
  for (const schema of [element, ...Object.values(envelope?.$defs ?? {}), envelope]) {
    for (const [name, part] of Object.entries(schema?.properties ?? {})) {
      if (part.title !== undefined && !titles.has(name)) titles.set(name, part.title);
    }
  }
  const typeTitles = new Map<string, string>();
  for (const part of element?.properties?.["type"]?.anyOf ?? []) {
    if (typeof part.const === "string" && part.title !== undefined) typeTitles.set(part.const, part.title);
  }
  return { root: { allOf: rest }, definitions, titles, typeTitles };
}

const SUFFIXES = ["", "validator", "trigger"];
const DEPTH = 12;

function named(schema: Schema): string {
  return schema.$ref?.replace(/^#(\/(definitions|\$defs)\/)?/, "") ?? "";
}

/**
 * Return the plain schemas that hold for a value: references followed, alternatives laid open.
 *
 * type: the value's own `type`; where alternatives are classes, only that class is taken.
 */
export function opened(schema: Schema, definitions: Definitions, type = "", depth = 0): Schema[] {
  if (depth > DEPTH) return [];
  const found: Schema[] = [schema];
  const name = named(schema);
  if (name !== "") {
    const target = definitions[name];
    if (target !== undefined) found.push(...opened(target, definitions, type, depth + 1));
  }
  for (const part of schema.allOf ?? []) found.push(...opened(part, definitions, type, depth + 1));
  for (const part of chosen([...(schema.anyOf ?? []), ...(schema.oneOf ?? [])], type)) {
    found.push(...opened(part, definitions, type, depth + 1));
  }
  return found;
}

function chosen(parts: Schema[], type: string): Schema[] {
  const names = SUFFIXES.map((suffix) => type + suffix);
  const fitting = type === "" ? [] : parts.filter((part) => names.includes(named(part)));
  return fitting.length > 0 ? fitting : parts;
}

/** Return the names of the classes among which a value's `type` chooses, as they are written there. */
export function classesOf(schemas: readonly Schema[], definitions: Definitions): string[] {
  const names = new Set<string>();
  for (const schema of schemas) {
    for (const part of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) {
      const name = named(part);
      if (name !== "" && name in definitions) names.add(name.replace(/(validator|trigger)$/, ""));
    }
  }
  return [...names];
}

/** Return the schemas that hold at a place. typeAt: the `type` of the object at the first n steps, or "". */
export function schemasAt(
  form: FormSchema,
  path: readonly (string | number)[],
  typeAt: (length: number) => string,
): Schema[] {
  let current = opened(form.root, form.definitions, "");
  path.forEach((step, index) => {
    const below = current.flatMap((schema) => stepped(schema, step));
    const type = typeAt(index + 1);
    current = below.flatMap((schema) => opened(schema, form.definitions, type));
  });
  return current;
}

function stepped(schema: Schema, step: string | number): Schema[] {
  if (typeof step === "number") return schema.items === undefined ? [] : [schema.items];
  const found: Schema[] = [];
  const own = schema.properties?.[step];
  if (own !== undefined) found.push(own);
  for (const [pattern, part] of Object.entries(schema.patternProperties ?? {})) {
    if (new RegExp(pattern).test(step)) found.push(part);
  }
  return found;
}

/** Return the properties an object may have, each with all that is said of it. */
export function propertiesOf(schemas: readonly Schema[]): Map<string, Schema[]> {
  const found = new Map<string, Schema[]>();
  for (const schema of schemas) {
    for (const [name, part] of Object.entries(schema.properties ?? {})) {
      found.set(name, [...(found.get(name) ?? []), part]);
    }
    for (const pattern of Object.keys(schema.patternProperties ?? {})) {
      for (const name of written(pattern)) found.set(name, found.get(name) ?? []);
    }
  }
  return found;
}

/** Write out a pattern of one range of digits, as that of the levels: `^level_[1-6]_code$`. */
function written(pattern: string): string[] {
  const found = /^\^(\w+)\[(\d)-(\d)\](\w+)\$$/.exec(pattern);
  if (found === null) return [];
  const [first, last] = [Number(found[2]), Number(found[3])];
  return Array.from({ length: last - first + 1 }, (_, index) => `${found[1] ?? ""}${first + index}${found[4] ?? ""}`);
}

/** Return the JSON types that schemas allow. */
export function typesOf(schemas: readonly Schema[]): Set<string> {
  return new Set(schemas.flatMap((schema) => (Array.isArray(schema.type) ? schema.type : schema.type ? [schema.type] : [])));
}
