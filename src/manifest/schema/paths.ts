import * as v from "valibot";
import { filled } from "./fields.ts";

export const hostPath = v.pipe(
  filled,
  v.regex(/^(?:~|\.{1,2})?\/[^\x00-\x1f\x7f]*$/, "a path that starts with /, ~/, ./ or ../"),
);

/** Where a host directory may be mounted in the bottle. */
export const mountPoint = v.pipe(
  filled,
  v.regex(
    /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.@+,-]+)+$/,
    "an absolute path of letters, digits and _ . @ + , - in the bottle, other than /",
  ),
  v.check(
    (path) => !/^\/(?:proc|sys|dev|run|etc|usr|bin|sbin|lib|lib64|var\/run)(?:\/|$)/.test(path),
    "a path outside the bottle's own system directories",
  ),
);

/** A file or directory in the bottle. */
export const guestPath = v.pipe(
  filled,
  v.regex(
    /^~?(?:\/(?!\.{1,2}(?:\/|$))[^\x00-\x1f\x7f/]+)+$/,
    "a path in the bottle that starts with / or ~/, without . and .. on the way",
  ),
);

/** A host program and its arguments, without a shell. Programs of the project are rejected. */
export const hostCommand = v.pipe(
  v.array(filled, 'an array of a program and its words, such as ["make", "up"]'),
  v.minLength(1, "an array that names a program"),
  v.check(([program]) => !/^\.|^[^/]+\//.test(program ?? ""), "a program on PATH, or an absolute path"),
);
