import { hashOfJson } from "../lib/hash.ts";
import { contains, resolvePath } from "../lib/paths.ts";
import { credentialDangers } from "./credential-dangers.ts";
import type { Danger, Facts } from "./danger.ts";
import type { Origin, Resolved } from "./layers.ts";
import { namesOf } from "./host-command.ts";
import { placeOf } from "./parse.ts";
import { isPresetHost } from "./schema/presets.ts";

/**
 * The parts of the manifest that require trust. Whatever runs in the bottle is assumed hostile, so this asks what it can see of the host and whom it
 * can tell. The user's own file needs no trust.
 */
export function dangersOf(resolved: Resolved, facts: Facts): Danger[] {
  const dangers: Danger[] = [];
  const { manifest, origin } = resolved;
  const add: Add = (path, text, value, from = origin(path)) => {
    if (from?.layer.kind !== "project") return;
    dangers.push({ place: placeOf(from.layer, from.path), text, judged: [path[0], text, value] });
  };

  const { bottle, template, network, secrets, mounts, provision, hooks } = manifest;
  if (facts.imagePath !== undefined) {
    const where = contains(facts.directory, facts.imagePath) ? "" : ", which is not in the project";
    add(["bottle", "image"], `makes the bottle from ${word(facts.imagePath)}${where}`);
  } else if (isLocalImage(bottle.image))
    add(["bottle", "image"], `makes the bottle from ${word(bottle.image)}, an image of your own engine`);
  if (facts.isolation !== "vm" && bottle.backend === facts.backend)
    add(["bottle", "backend"], `asks for ${word(bottle.backend)}, which isolates less than a virtual machine`);
  if (bottle["ssh-agent"]) add(["bottle", "ssh-agent"], "lets the bottle use every key of your ssh agent");
  if (bottle.user === "root") add(["bottle", "user"], "runs sessions as root in the bottle");

  addKubernetes(resolved, add);

  if (template.base !== undefined)
    add(
      ["template", "base"],
      `builds the template from ${word(template.base)}, which has all of the network meanwhile`,
    );
  if (template.setup !== undefined)
    add(["template", "setup"], `runs ${word(template.setup)} with all of the network while the template is built`);

  /** What the bottle writes there must not run here unseen. */
  const contentsOf = (command: readonly string[], cwd: string) =>
    Object.values(namesOf(command))
      .flat()
      .flatMap((name) => {
        const hash = facts.namedFiles.get(resolvePath(cwd, name));
        return hash === undefined ? [] : [[name, hash]];
      });
  for (const [when, command = []] of Object.entries(hooks)) {
    const contents = contentsOf(command, facts.directory);
    const asIs = contents.length === 0 ? "" : `, with ${words(contents.map(([part = ""]) => part))} as it is now`;
    add(
      ["hooks", when],
      `runs ${words(command)} on your machine, in the project, ${when.replace("-", " the ")} of a bottle${asIs}`,
      contents,
    );
  }

  if (network.mode === "open") add(["network", "mode"], "opens all of the network, your own machines' too");
  network.hosts.forEach((host, index) => {
    if (!isPresetHost(host)) add(["network", "hosts", String(index)], `lets the bottle reach ${word(host)}`);
  });

  network["host-ports"].forEach((port, index) =>
    add(["network", "host-ports", String(index)], `lets the bottle reach port ${port} of this machine's loopback`),
  );

  if (!facts.isBrokered)
    network.presets.forEach((preset, index) =>
      add(["network", "presets", String(index)], `lets the bottle, which holds your credential, reach ${word(preset)}`),
    );

  mounts.forEach((_, index) => {
    const mount = facts.mounts[index];
    if (!mount) return;
    const how = mount.mode === "rw" ? "read and write" : "read";
    const where = mount.target === mount.source ? "" : `, as ${word(mount.target)}`;
    add(["mounts", String(index)], `lets the bottle ${how} ${word(mount.source)}${where}`);
  });

  if (provision.claude.length > 0)
    add(["provision", "claude"], `copies ${words(provision.claude)} of your own Claude Code into the bottle`);
  provision.files.forEach((_, index) => {
    const file = facts.files[index];
    if (file && !contains(facts.directory, file.source))
      add(
        ["provision", "files", String(index)],
        `copies ${word(file.source)} into the bottle, as ${word(file.target)}`,
      );
  });
  provision.commands.forEach(({ run, when, user, directory }, index) =>
    add(
      ["provision", "commands", String(index)],
      `runs ${word(run)} in the bottle${user === undefined ? "" : `, as ${user}`}`,
      [directory, when],
    ),
  );

  for (const [name, secret] of Object.entries(secrets)) {
    const path = (source: string) => ["secrets", name, source];
    const what = `gives the bottle ${word(name)}, which is`;
    const bound = secret.host === undefined ? "" : `, for ${word(secret.host)}`;
    if (secret.env !== undefined)
      add(path("env"), `${what} the variable ${word(secret.env)} of your environment${bound}`);
    if (secret.file !== undefined) add(path("file"), `${what} the file ${word(facts.secretFiles.get(name))}${bound}`);
    if (secret.command !== undefined)
      add(
        path("command"),
        `${what} what your machine prints for ${words(secret.command)}${bound}`,
        contentsOf(secret.command, "/"),
      );
  }
  addAgents(resolved, add);
  dangers.push(...credentialDangers(resolved, facts));
  return dangers;
}

/** An image that no registry provided: named by its ID, or with the name that engines give to local builds. */
const isLocalImage = (image: string | undefined): boolean =>
  image !== undefined && /^(?:localhost\/|(?:sha256:)?[0-9a-f]{12,64}$)/.test(image);

/** `value`: what was judged besides the text. `from`: where it is written, if not all at that path. */
type Add = (path: readonly string[], text: string, value?: unknown, from?: Origin | undefined) => void;

/** Where on which cluster, with which of the cluster's rights, and from which image. */
function addKubernetes({ manifest: { kubernetes } }: Resolved, add: Add): void {
  const texts = {
    context: "puts the bottle on the cluster of the context",
    namespace: "puts the bottle into the namespace",
    image: "makes the bottle's pod from",
    "proxy-image": "holds the bottle to its list of hosts by a program from",
    "storage-class": "keeps the bottle's home on storage of the class",
    "runtime-class": "isolates the bottle's pod by the runtime class",
    "service-account": "runs the bottle's pod as the service account",
    "image-pull-secret": "pulls the pod's image with the Secret",
    "node-selector": "puts the bottle on nodes with",
    tolerations: "puts the bottle on nodes with the taints",
  } as const;
  for (const [key, text] of Object.entries(texts)) {
    const value = kubernetes[key as keyof typeof texts];
    if (value !== undefined && value.length > 0) add(["kubernetes", key], `${text} ${words([value].flat())}`);
  }
}

/** What runs without asking. */
function addAgents({ manifest, origin, originsBelow }: Resolved, add: Add): void {
  /** For a table that may be partly the user's own. */
  const addTable: Add = (path, text) => {
    const own = originsBelow(path).find(({ layer }) => layer.kind === "project");
    if (own) add(path, text, undefined, own);
  };
  for (const [name, { command, args, settings, "mcp-servers": servers }] of Object.entries(manifest.agents)) {
    const path = ["agents", name];
    // Arguments of Claude can hold settings and MCP servers, or turn its questions off.
    const said = [...path, origin([...path, "command"])?.layer.kind === "project" ? "command" : "args"];
    if (command !== "claude" || args.length > 0)
      add(said, `starts agent ${word(name)} by ${words([command, ...args])}`);
    for (const [server, { command, args, url, type, env, headers }] of Object.entries(servers)) {
      const what = command === undefined ? `at ${word(url)}` : `which runs ${words([command, ...args])} in the bottle`;
      const given = { ...(type && { type }), ...env, ...headers };
      const more = Object.keys(given).length === 0 ? "" : `, with ${JSON.stringify(given)}`;
      addTable(
        [...path, "mcp-servers", server],
        `gives agent ${word(name)} the MCP server ${word(server)}, ${what}${more}`,
      );
    }
    addTable([...path, "settings"], `gives agent ${word(name)} the Claude settings ${JSON.stringify(settings)}`);
  }
}

/** Equal for the same dangers in the same project, wherever they stand in the file. */
export const hashOf = (directory: string, dangers: readonly Danger[]): string =>
  hashOfJson([directory, dangers.map(({ judged }) => judged)]);

const word = (text: string | undefined): string => JSON.stringify(text ?? "");
const words = (list: readonly string[]): string => list.map(word).join(" ");
