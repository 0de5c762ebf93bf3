import { terminalSize } from "../../terminal/size.ts";
import type { Facts } from "../facts.ts";
import { manualFix, ok, type Finding } from "../finding.ts";

/** Without a terminal there is no finding. */
export function checkTerminal({ system }: Facts): Finding[] {
  const { env, isTty } = system;
  if (!isTty.stdin && !isTty.stdout) return [];
  const size = terminalSize();
  const findings = [...checkType(env.TERM ?? ""), ...checkLocale(env)];
  if (!size)
    findings.push({
      id: "terminal.size",
      level: "warning",
      what: "this terminal reports no rows or no columns",
      why: "Claude then draws for 80 columns and 24 rows",
      fix: manualFix("stty rows 24 cols 80"),
    });
  if (findings.length > 0) return findings;
  return [ok("terminal", [env.TERM, size && `${size[1]} columns, ${size[0]} rows`].filter(Boolean).join(", "))];
}

function checkType(term: string): Finding[] {
  if (term !== "" && term !== "dumb") return [];
  return [
    {
      id: "terminal.type",
      level: "warning",
      what: term === "" ? "TERM is not set" : 'TERM is "dumb"',
      why: "programs then use neither colours nor the cursor",
      fix: manualFix("export TERM=xterm-256color"),
    },
  ];
}

function checkLocale({ LC_ALL, LC_CTYPE, LANG }: Readonly<Record<string, string>>): Finding[] {
  const locale = LC_ALL || LC_CTYPE || LANG || "";
  if (/utf-?8/i.test(locale)) return [];
  return [
    {
      id: "terminal.locale",
      level: "warning",
      what: locale === "" ? "no locale is set" : `the locale ${JSON.stringify(locale)} does not use UTF-8`,
      why: "tmux and other programs then print _ or ? for the characters that Claude draws with",
      fix: manualFix(
        LC_ALL || LC_CTYPE ? `unset ${LC_ALL ? "LC_ALL" : "LC_CTYPE"}; export LANG=C.UTF-8` : "export LANG=C.UTF-8",
      ),
    },
  ];
}
