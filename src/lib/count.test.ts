import { expect, test } from "bun:test";
import { count } from "./count.ts";

test.each([[0, "0 locks"], [1, "1 lock"], [2, "2 locks"]])("%d", (number, text) => expect(count(number, "lock")).toBe(text)); // prettier-ignore
test("a plural of its own", () => expect(count(3, "entry", "entries")).toBe("3 entries"));
