import * as v from "valibot";
import { named, plain } from "./fields.ts";

/** The message for a credential's name in a file; issues.ts adds the hint. */
export const credentialInFile = "is a credential, which never belongs in a file";

const credentials = ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"];
const ownNames = /^(?:HOME|USER|LOGNAME|_?CLAUDE_BOTTLE_.*)$/;

export const variableName = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z_][A-Za-z0-9_]*$/,
    "is not the name of a variable: letters, digits and underscores, and no digit first",
  ),
  v.check((name) => !ownNames.test(name), "is set by claude-bottle itself and cannot be changed"),
  v.check((name) => !credentials.includes(name), credentialInFile),
);

export const env = named(variableName, plain);
