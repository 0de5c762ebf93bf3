import { modes } from "../../login/login.ts";
import { loginOf } from "../../login/login.ts";
import { fileStatus } from "../../system/files.ts";
import type { Facts } from "../facts.ts";
import { manualFix, safeFix, ok, type Finding } from "../finding.ts";

/** Where Claude's credential comes from and whether it is available; never its value. */
export async function checkCredential({ system, made }: Facts): Promise<Finding[]> {
  const id = "credential";
  const variable = Object.values(modes).find((name) => system.env[name]);
  if (variable !== undefined) return checkVariable(id, variable, system.env[variable] ?? "");
  const login = loginOf(system);
  if (!login && made?.loginInside) return [ok(id, "Claude asks for a login inside this bottle, as you chose")];
  if (!login)
    return [
      {
        id: "credential.missing",
        level: "warning",
        what: "there is no credential for Claude",
        why: "run asks for one before it starts Claude, or lets Claude ask in each bottle",
        fix: manualFix("claude-bottle login"),
      },
    ];
  const trouble = await login.trouble();
  if (trouble)
    return [
      {
        id: "credential.unusable",
        level: "error",
        what: trouble.message,
        why: "no session starts without the credential that claude-bottle login stored",
        fix: manualFix(trouble.hint ?? "claude-bottle login"),
      },
    ];
  return [ok(id, await login.describe()), ...checkMode(login.file)];
}

function checkVariable(id: string, variable: string, value: string): Finding[] {
  const what = `${variable} from your environment`;
  if (!/\s/.test(value)) return [ok(id, what)];
  return [
    {
      id: "credential.shape",
      level: "warning",
      what: `${what} holds a space or a line break`,
      why: "no token has one, so Claude's requests will be refused",
      fix: manualFix(`export ${variable}="$(printf %s "$${variable}" | tr -d '[:space:]')"`),
    },
  ];
}

function checkMode(file: string | undefined): Finding[] {
  const found = file === undefined ? undefined : fileStatus(file);
  if (file === undefined || !found || (found.mode & 0o077) === 0) return [];
  return [
    {
      id: "credential.mode",
      level: "warning",
      what: `"${file}" is group- or world-readable (mode ${found.mode.toString(8)})`,
      why: "anyone who reads it can use Claude as you",
      fix: safeFix("chmod", "600", file),
    },
  ];
}
