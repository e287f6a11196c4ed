/**
 * Expressions are parsed once.
 *
 * A large household has some hundred of them in each member, and SurveyJS parses each anew for every
 * row of a roster and at every validation: half of what an edit costs on a cheap phone, a third of a
 * verdict. What parsing gives holds nothing of an evaluation, so that it may be shared.
 */

import { ConditionsParser } from "survey-core";

type Parsed = ReturnType<ConditionsParser["parseExpression"]>;

/** More than any form has; a hostile one must not fill the memory. */
const KEPT = 4_000;
const LONGEST = 2_000; // characters
const parsed = new Map<string, Parsed>();
// eslint-disable-next-line @typescript-eslint/unbound-method -- called with the parser below
const parse = ConditionsParser.prototype.parseExpression;

ConditionsParser.prototype.parseExpression = function parseOnce(this: ConditionsParser, text: string): Parsed {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const made = parse.call(this, text);
  if ((made as Parsed | undefined) === undefined || text.length > LONGEST) return made; // what is wrong says so each time
  if (parsed.size >= KEPT) parsed.clear();
  parsed.set(text, made);
  return made;
};
