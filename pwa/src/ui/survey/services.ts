/** What the form needs from the phone; the screens bind it to the store. */

import type { InjectionKey, Ref } from "vue";

import type { Question } from "survey-core";

import type { JsonObject, MasterSearch, MasterTexts } from "@/engine";

import type { Busy } from "./busy";

/** Photos and signatures of the unit. */
export interface PictureService {
  /** Keep a picture on the phone; returns the id that the answers name. */
  keep(picture: Blob, thumb: Blob | null, name: string): Promise<string>;
  /** An address for an <img>; undefined when the picture is not on this phone. Small: for lists. */
  address(id: string, size: "small" | "whole"): Promise<string | undefined>;
  /** Name a kept picture in the stored draft: its form has closed meanwhile. */
  nameLate(path: string, id: string): Promise<void>;
  /** Forget a picture that no answer names any more. */
  drop(id: string): Promise<void>;
}

export interface LookupService {
  search: MasterSearch;
  texts: MasterTexts;
}

export interface FormServices {
  pictures: PictureService;
  lookups: LookupService;
}

/** What a screen asks of the form that it shows. */
export interface FormHandle {
  goPage: (where: string | -1 | 1) => boolean;
  goTo: (path: string, options?: { judge?: boolean; mark?: boolean }) => Promise<boolean>;
  flush: () => void;
  quiet: (mostMs: number) => Promise<boolean>;
  answersNow: () => JsonObject;
  /** Take answers that a verdict leaves out, by path, out of the running form; the draft keeps them. */
  leaveOut: (hidden: readonly string[]) => void;
}

/** A remark of a reviewer on one question. */
export interface QuestionComment {
  path: string;
  text: string;
  by: string;
}

/** What the frame around each question shows; shared through provide and inject. */
export interface FormContext {
  assignmentId: string;
  services: FormServices;
  locale: Ref<string>;
  isReadOnly: Ref<boolean>;
  mayNote: Ref<boolean>;
  comments: Ref<ReadonlyMap<string, QuestionComment[]>>;
  /** Errors by the path of the row that holds them. */
  rowErrors: Ref<ReadonlyMap<string, number>>;
  /** What widgets are still busy with. */
  busy: Busy;
  /** The form has closed: its model takes no answers any more. */
  isClosed: () => boolean;
  /** The path of a question, by which its answer is known later. */
  pathOf: (question: Question) => string;
  /** Rises with every change of an answer: names of rows and notes are made anew. */
  revision: Ref<number>;
}

export const FORM_CONTEXT: InjectionKey<FormContext> = Symbol("form");
