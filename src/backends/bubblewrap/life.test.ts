import { expect, test } from "bun:test";
import { passwdWith } from "./life.ts";

const root = "root:x:0:0:root:/root:/bin/bash\n";
const user = (uid: number, name = "ann") => ({ user: { name, uid, gid: 100, home: "/home/ann" } });

test.each([
  ["a user with a line", root, user(0), undefined],
  ["a user of a directory service", root, user(4242), `ann:x:4242:100::/home/ann:/bin/sh\n${root}`],
  ["a user with a domain", "", user(4242, "CORP\\ann"), "CORP-ann:x:4242:100::/home/ann:/bin/sh\n"],
])("the users of a bottle: %s", (_, text, plan, expected) => expect(passwdWith(text, plan)).toBe(expected));
