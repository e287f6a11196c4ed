import { expect, test, vi } from "vitest";

vi.mock("@/ui/session", () => ({ usePersonOrNobody: () => ({ value: null }) }));
const { placeAfter } = await import("@/app/follow-person");

test("a screen is left when its person signs out or another one signs in, in whichever window", () => {
  expect(placeAfter("a", undefined, false)).toBe("sign-in");
  expect(placeAfter("a", "b", false)).toBe("home");
});

test("it stays for the same person, and the sign-in screen goes on by itself", () => {
  expect(placeAfter("a", "a", false)).toBeNull();
  expect(placeAfter("a", undefined, true)).toBeNull();
  expect(placeAfter(undefined, "a", true)).toBeNull();
  expect(placeAfter(undefined, "a", false)).toBeNull();
});
