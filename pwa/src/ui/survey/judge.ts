/** Ask for verdicts without holding up the screen; the newest question counts. */

import { type JsonObject, type Verdict, compile, evaluate } from "@/engine";

import { type JudgeOrder, type JudgeReply, type JudgeRequest, judgeOptions, knownOf } from "./judging";

/** Texts of codes on this phone; `isHere`: whether the data set is. */
export interface CodeBook {
  isHere: (type: string) => boolean;
  textOf: (type: string, code: string) => string | undefined;
}

export interface JudgeQuestion {
  formKey: string;
  form: JsonObject;
  answers: JsonObject;
  prefilled: JsonObject;
  assignmentId: string;
  locale: string;
  codes: CodeBook;
}

/** A worker that judges. Close it when the screen closes. */
export class Judge {
  private worker: Worker | undefined;
  private readonly sent = new Set<string>();
  private readonly waiting = new Map<number, (reply: JudgeReply) => void>();
  private last = 0;

  /** Return the verdict; codes that a data set on this phone lacks are errors. Throws what the engine throws. */
  async verdict(question: JudgeQuestion): Promise<Verdict> {
    const first = await this.ask(question, {});
    const { known, isMissing } = knownOf(first.lookups, question.codes.textOf, question.codes.isHere);
    return isMissing ? this.ask(question, known) : first;
  }

  /** Let go of a form that no more verdicts are asked on. */
  forget(formKey: string): void {
    if (this.sent.delete(formKey)) this.worker?.postMessage({ forget: formKey } satisfies JudgeOrder);
  }

  close(): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.sent.clear();
    for (const [id, done] of this.waiting) done({ id, state: "failed", reason: "closed" });
    this.waiting.clear();
  }

  private async ask(question: JudgeQuestion, known: Record<string, string[]>): Promise<Verdict> {
    const { formKey, form, answers, prefilled, assignmentId, locale } = question;
    const id = (this.last += 1);
    const request: JudgeRequest = { id, formKey, answers, prefilled, assignmentId, locale, known };
    const worker = this.running();
    if (worker === undefined) {
      return evaluate(compile(form), answers, prefilled, judgeOptions(request));
    }
    const reply = await new Promise<JudgeReply>((done) => {
      this.waiting.set(id, done);
      worker.postMessage((this.sent.has(formKey) ? request : { ...request, form }) satisfies JudgeOrder);
      this.sent.add(formKey);
    });
    if (reply.state === "judged") return reply.verdict;
    throw new Error(reply.reason);
  }

  private running(): Worker | undefined {
    if (this.worker !== undefined || typeof Worker === "undefined") return this.worker;
    const worker = new Worker(new URL("./judge.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<JudgeReply>) => {
      this.waiting.get(data.id)?.(data);
      this.waiting.delete(data.id);
    };
    worker.onerror = () => {
      this.close();
    };
    this.worker = worker;
    return worker;
  }
}
