import { readBounded } from "../system/bounded.ts";
import type { System } from "../system/system.ts";

/** It is passed as one argument, which Linux limits to 128 KiB. */
const mostBytes = 96 * 1024;

/** The servers that the user's ssh knows by their keys, one per line. Without a terminal, ssh refuses any other server. */
export function knownHosts({ env }: Pick<System, "env">): string {
  const files = [`${env.HOME ?? ""}/.ssh/known_hosts`, "/etc/ssh/ssh_known_hosts"];
  const lines = files.flatMap(
    (file) =>
      readBounded(file, 1024 * 1024)
        ?.content.toString("utf8")
        .split("\n") ?? [],
  );
  let text = "";
  for (const line of new Set(lines.map((each) => each.trim()))) {
    if (line === "" || line.startsWith("#")) continue;
    if (text.length + line.length >= mostBytes) break;
    text += `${line}\n`;
  }
  return text.trimEnd();
}
