/** Verdicts beside the screen: a large household takes longer than a key may wait. */

import { type CompiledForm, compile, evaluate } from "@/engine";

import { type JudgeOrder, type JudgeReply, judgeOptions } from "./judging";

interface WorkerScope {
  onmessage: ((event: MessageEvent<JudgeOrder>) => void) | null;
  postMessage(reply: JudgeReply): void;
}

const scope = self as unknown as WorkerScope;
const forms = new Map<string, CompiledForm>();

scope.onmessage = ({ data: request }) => {
  if ("forget" in request) {
    forms.delete(request.forget);
    return;
  }
  try {
    if (request.form !== undefined) forms.set(request.formKey, compile(request.form));
    const compiled = forms.get(request.formKey);
    if (compiled === undefined) throw new Error("form not loaded");
    const verdict = evaluate(compiled, request.answers, request.prefilled, judgeOptions(request));
    scope.postMessage({ id: request.id, state: "judged", verdict });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    scope.postMessage({ id: request.id, state: "failed", reason });
  }
};
