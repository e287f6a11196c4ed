/** Units of work and the answers that the server holds for them. */

import { type Context, HIGHEST, LOWEST, reading } from "./context";
import type { Counts, Store } from "./interface";
import { type JsonObject, LOCAL_MARKS, STATUSES } from "./types";

type Units = Pick<Store, "assignmentList" | "assignmentTotal" | "assignmentGet" | "assignmentCounts" | "answersOf">;

export function units(context: Context): Units {
  const { db } = context;
  return {
    assignmentList: ({ person, kegiatan }) =>
      reading(context, ["assignments"], () =>
        db.assignments
          .where("[person+kegiatan+status]")
          .between([person, kegiatan, LOWEST], [person, kegiatan, HIGHEST])
          .toArray(),
      ),
    assignmentTotal: ({ person }) =>
      reading(context, ["assignments"], () =>
        db.assignments.where("[person+id]").between([person, LOWEST], [person, HIGHEST]).count(),
      ),
    assignmentGet: ({ person, assignment }) =>
      reading(context, ["assignments", "answers"], async () => {
        const row = await db.assignments.get([person, assignment]);
        if (row === undefined) return null;
        const answers = await db.answers.get([person, assignment]);
        return {
          ...row,
          responses: answers?.responses ?? null,
          check_errors: answers?.check.errors ?? [],
          check_warnings: answers?.check.warnings ?? [],
        };
      }),
    assignmentCounts: ({ person, kegiatan }) =>
      reading(context, ["assignments"], async () => {
        const count = (index: "status" | "local", value: string): Promise<number> =>
          db.assignments.where(`[person+kegiatan+${index}]`).equals([person, kegiatan, value]).count();
        const byStatus: [string, number][] = [];
        for (const status of STATUSES) byStatus.push([status, await count("status", status)]);
        const byMark: [string, number][] = [];
        for (const mark of LOCAL_MARKS) byMark.push([mark, await count("local", mark)]);
        return {
          status: Object.fromEntries(byStatus) as Counts["status"],
          local: Object.fromEntries(byMark) as Counts["local"],
          total: byStatus.reduce((sum, [, n]) => sum + n, 0),
        };
      }),
    answersOf: ({ person }, assignments) =>
      reading(context, ["answers"], async () => {
        const rows = await db.answers.bulkGet(assignments.map((id): [string, string] => [person, id]));
        const answers: Record<string, JsonObject> = {};
        for (const row of rows) {
          if (row !== undefined && row.responses !== null) answers[row.assignment] = row.responses;
        }
        return answers;
      }),
  };
}
