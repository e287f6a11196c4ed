/** survey-core's own description of a form, with the types and properties of ours. Loaded when needed. */

import "@/engine/extensions";

import { Serializer } from "survey-core";

import type { Schema } from "./schema";

/** Return it; once per page. */
export function surveySchema(): Schema {
  return Serializer.generateSchema() as Schema;
}
