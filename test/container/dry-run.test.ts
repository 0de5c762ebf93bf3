import { writeFileSync } from "node:fs";
import { sameCommands } from "../support/dry-run.ts";
import { baseImage } from "../support/podman.ts";
import { minute, onEngine, usePodman } from "./stage.ts";

usePodman();

const settings = `[bottle]
image = "${baseImage}"
keep-claude = true
[network]
mode = "off"
[agents.plain]
command = "true"
[hooks]
after-stop = ["true", "after stop"]
[[provision.commands]]
run = "touch /tmp/provisioned"
[[provision.files]]
source = "~/notes.txt"
target = "~/notes.txt"
`;

onEngine(
  "podman",
  "the commands of a bottle's life are the ones that --dry-run printed",
  settings,
  async (project) => {
    writeFileSync(`${project.directory}/home/notes.txt`, "one");
    const exec = ["exec", "--", "sh", "-c", "mkdir -p ~/.claude && echo kept >~/.claude/kept"];
    for (const words of [exec, exec, ["stop"], exec, ["run", "--agent", "plain", "--fresh"], ["stop"], ["rm"], exec, ["rm", "--force"]])
      await sameCommands(project, words);
  },
  5 * minute,
); // prettier-ignore
