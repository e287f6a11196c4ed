import { describe, expect, test } from "vitest";

import { REASONS, returnedFrom } from "@/features/sign-in/google-return";
import messages from "@/features/sign-in/SignInScreen.i18n.json";

describe("what the browser came back with", () => {
  test("a code, a reason, or nothing", () => {
    expect(returnedFrom("#google_code=abc%3Adef")).toEqual({ code: "abc:def" });
    expect(returnedFrom("#google=cancelled")).toEqual({ reason: "cancelled" });
    for (const hash of ["", "#", "#google_code=", "#else=1"]) expect(returnedFrom(hash)).toBeNull();
  });

  test("a reason that this app does not know is a failure", () => {
    expect(returnedFrom("#google=brand_new")).toEqual({ reason: "failed" });
  });

  test("every reason has its words in both languages", () => {
    for (const language of [messages.id, messages.en]) {
      const words: Record<string, string> = language.google;
      for (const reason of REASONS) expect(words[reason]).toBeTruthy();
    }
  });
});
