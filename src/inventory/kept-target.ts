import type { Ledger } from "../ledger/ledger.ts";
import type { Secrets } from "../project/secrets.ts";
import { recordInputs } from "../system/inputs.ts";
import { readKept, writeKept } from "../system/kept.ts";
import type { System } from "../system/system.ts";
import type { FoundTarget } from "./find-bottle.ts";

/** The part of a target that is data. For secrets, it says where their values are, and holds none. */
type Kept = Pick<FoundTarget, "plan" | "directory" | "gateway" | "provision" | "env" | "namedSecrets"> & {
  readonly hooks: FoundTarget["hooks"]["commands"];
  readonly secretFiles: readonly (readonly [string, string])[];
  readonly hasLogin: boolean;
  readonly isBackendOurs: boolean;
};

/**
 * The target of the working directory's bottle. While the bottle is ready and none of the target's inputs has changed, the last target is used again:
 * no manifest is parsed, and nothing is judged again.
 */
export async function targetHere(system: System, ledger: Ledger, profile: string | undefined): Promise<FoundTarget> {
  const key = [system.cwd(), profile ?? null];
  const kept = readKept(system, key) as Kept | undefined;
  const record = kept && ledger.bottle(kept.plan.name);
  // Without the bottle, the choice of backend could differ now.
  if (kept && record?.isReady && record.plan.backend === kept.plan.backend) return restore(system, kept, profile);
  const { result, inputs } = await recordInputs(system, (noting) => findHere(noting, profile));
  // Files that host commands run were read to be judged, and are not kept.
  if (inputs && result.hooks.files.size === 0) writeKept(system, key, inputs, dataOf(result));
  return result;
}

async function findHere(system: System, profile: string | undefined): Promise<FoundTarget> {
  const { findTarget } = await import("./find-bottle.ts");
  return findTarget(system, undefined, profile);
}

const dataOf = ({ plan, directory, gateway, provision, env, namedSecrets, ...target }: FoundTarget): Kept => ({
  plan, directory, gateway, provision, env, namedSecrets,
  hooks: target.hooks.commands,
  secretFiles: [...target.secretFiles],
  hasLogin: target.login !== undefined,
  isBackendOurs: target.otherwise !== undefined,
}); // prettier-ignore

async function restore(system: System, kept: Kept, profile: string | undefined): Promise<FoundTarget> {
  const { plan, directory, gateway, provision, env, namedSecrets, hooks, hasLogin, isBackendOurs } = kept;
  const files: FoundTarget["hooks"]["files"] = new Map();
  const login = hasLogin ? (await import("../login/login.ts")).loginOf(system) : undefined;
  const secretFiles = new Map(kept.secretFiles);
  let secrets: Secrets | undefined;
  return {
    plan, directory, gateway, provision, env, namedSecrets, login, secretFiles,
    hooks: { commands: hooks, files },
    async secrets(names) {
      if (names.length === 0) return {};
      const { secretsOf } = await import("../project/secrets.ts");
      secrets ??= secretsOf(system, namedSecrets, secretFiles, login, files);
      return secrets(names);
    },
    otherwise: isBackendOurs ? () => findHere(system, profile) : undefined,
  };
} // prettier-ignore
