import { UserError } from "../errors.ts";
import { printable } from "../lib/quote.ts";

export const notAnAddress = (text: string): UserError =>
  new UserError(`ANTHROPIC_BASE_URL is not an http(s) address: "${printable(text)}"`, {
    hint: "unset it, or set it to an address such as https://gateway.example.com",
  });

export const passwordInAddress = (): UserError =>
  new UserError("ANTHROPIC_BASE_URL holds a user name or a password, which every program in the bottle could read", {
    hint: "set the secret as ANTHROPIC_AUTH_TOKEN instead",
  });

export const noAllowlist = (backend: string, directory: string): UserError =>
  new UserError(`${backend} cannot enforce an allowlist: network is all or nothing`, {
    hint: `choose with --network open (or off), or under [network] in ${directory}/bottle.toml: mode = "open" (or "off")`,
  });

type Unshared = "all" | "home" | "above home";

/** A directory that would give a bottle access to everything. */
export const notAProject = (which: Unshared, directory: string): UserError =>
  new UserError(
    {
      all: "the whole file system cannot be a bottle's project",
      home: "your home directory cannot be a bottle's project: Claude would see your keys and settings",
      "above home": `"${printable(directory)}" contains your home directory and cannot be a bottle's project`,
    }[which],
    { hint: "cd to a project's directory" },
  );

export const noHostPorts = (backend: string): UserError =>
  new UserError(`${backend} cannot open single ports of this machine to a bottle`, {
    hint: "remove host-ports from bottle.toml, or choose docker, podman or bubblewrap",
  });

export const hostPortsWithoutNetwork = (): UserError =>
  new UserError("host-ports needs a network, and the bottle has none", {
    hint: 'set mode = "list" under [network], or remove host-ports',
  });
