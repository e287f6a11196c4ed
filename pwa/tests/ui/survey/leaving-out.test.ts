/** The form on the screen takes out what a verdict leaves out, and tells of nothing that nobody answered. */

import type { SurveyModel } from "survey-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type App, createRenderer, ssrContextKey } from "vue";

import type { JsonObject } from "@/engine";
import { formModel } from "@/ui/survey/model";
import type { FormHandle, FormServices } from "@/ui/survey/services";

vi.mock("@/ui/survey/register", () => ({ FRAME: "frame", registerComponents: () => undefined }));
vi.mock("@/ui/survey/FormRoot.vue", () => ({ default: { props: ["model"], render: () => null } }));
vi.mock("@/ui/words", () => ({ language: () => "id" }));
const { default: QuestionnaireForm } = await import("@/ui/survey/QuestionnaireForm.vue");

/** Draws onto nothing: there is no browser here. */
const { createApp } = createRenderer<object, object>({
  createElement: () => ({}), createText: () => ({}), createComment: () => ({}),
  insert: () => undefined, remove: () => undefined, patchProp: () => undefined, setText: () => undefined,
  setElementText: () => undefined, parentNode: () => null, nextSibling: () => null,
});

const ID = "11111111-1111-4111-8111-111111111111";
const FORM: JsonObject = {
  pages: [
    {
      name: "p",
      elements: [
        { type: "text", name: "buka" },
        { type: "text", name: "a", visibleIf: "{buka} = 'ya'" },
        { type: "text", name: "b", visibleIf: "{a} <> 'ya'" },
        { type: "text", name: "salinan", setValueExpression: "iif({a} empty, 'kosong', {a})" },
      ],
    },
  ],
};
const nothing = { search: () => Promise.resolve({ items: [], total: 0 }), texts: (_type: string, codes: string[]) => Promise.resolve(codes) };

let app: App<object> | undefined;
beforeEach(() => {
  vi.stubGlobal("HTMLElement", Object);
  vi.stubGlobal("document", { activeElement: null, getElementById: () => null });
});
afterEach(() => {
  app?.unmount();
  vi.unstubAllGlobals();
});

function mounted(form: JsonObject, answers: JsonObject): { handle: FormHandle; survey: SurveyModel; told: ReturnType<typeof vi.fn> } {
  const told = vi.fn();
  const unit = { form, answers, prefilled: {}, role: "PPL", assignmentId: ID };
  const made = formModel({ ...unit, locale: "id", isReadOnly: false, lookups: nothing });
  const services = { lookups: nothing, pictures: {} } as unknown as FormServices;
  app = createApp(QuestionnaireForm, { ...unit, services, made, onChange: told });
  app.provide(ssrContextKey, { modules: new Set() }); // compiled for Node, as for a server
  app.config.warnHandler = () => undefined; // and so without a render function for a browser
  return { handle: app.mount({}) as unknown as FormHandle, survey: made, told };
}

test("nobody is told, the draft stays whole, and what the answer hid is asked", async () => {
  const held = { buka: "tidak", a: "ya", b: "x" };
  const { elements } = (FORM["pages"] as { elements: JsonObject[] }[])[0] ?? { elements: [] };
  const { handle, survey, told } = mounted({ pages: [{ name: "p", elements: elements.slice(0, 3) }] }, held);
  expect(survey.getQuestionByName("b").isVisible).toBe(false);
  expect(await handle.goTo("b")).toBe(false);
  handle.leaveOut(["a"]);
  expect(survey.getValue("a")).toBeUndefined();
  expect(survey.getQuestionByName("b").isVisible).toBe(true);
  expect(await handle.goTo("b")).toBe(true);
  expect(handle.answersNow()).toEqual(held);
  expect(told).not.toHaveBeenCalled();
  survey.setValue("buka", "ya");
  expect(told).toHaveBeenLastCalledWith({ ...held, buka: "ya" }, "buka");
  handle.leaveOut(["b"]);
  expect(survey.data).toEqual({ buka: "ya", a: "ya" });
  expect(handle.answersNow()).toEqual({ ...held, buka: "ya" });
  expect(told).toHaveBeenCalledOnce();
});

test("an answer that the form's own rules change because of it is told, a few times at most", () => {
  const { handle, survey, told } = mounted(FORM, { buka: "tidak", a: "ya", salinan: "ya" });
  handle.leaveOut(["a"]);
  expect(told).toHaveBeenLastCalledWith({ buka: "tidak", a: "ya", salinan: "kosong" }, "");
  for (let turn = 0; turn < 10; turn += 1) handle.leaveOut(turn % 2 === 0 ? [] : ["a"]);
  expect(told).toHaveBeenCalledTimes(3);
  survey.setValue("buka", "ya");
  expect(told).toHaveBeenCalledTimes(4);
});
