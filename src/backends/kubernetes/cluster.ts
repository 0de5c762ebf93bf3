import * as v from "valibot";
import { storageClassesArgv, versionArgv } from "./argv.ts";
import { oldKubectl } from "./errors.ts";
import { type Kubectl, parseJson } from "./kubectl.ts";

const versionSchema = v.object({
  clientVersion: v.object({ gitVersion: v.string() }),
  serverVersion: v.object({ gitVersion: v.string() }),
});
const classesSchema = v.object({
  items: v.array(
    v.object({
      metadata: v.object({ name: v.string(), annotations: v.nullish(v.record(v.string(), v.string())) }),
    }),
  ),
});

const isDefault = "storageclass.kubernetes.io/is-default-class";

/** What the cluster says about itself. Throws UserError if it does not answer, and for a kubectl that is too old. */
export async function resolveCluster(
  kubectl: Kubectl,
  { context, storageClass }: { readonly context: string; readonly storageClass: string | undefined },
): Promise<{ readonly version: string; readonly storageClass: string | undefined }> {
  const [{ clientVersion, serverVersion }, standard] = await Promise.all([
    kubectl.ask("ask the cluster for its version", versionArgv(context), versionSchema),
    storageClass === undefined ? defaultClass(kubectl, context) : undefined,
  ]);
  const [, major = "0", minor = "0"] = /^v(\d+)\.(\d+)/.exec(clientVersion.gitVersion) ?? [];
  if (Number(major) === 1 && Number(minor) < 29) throw oldKubectl(clientVersion.gitVersion);
  return { version: serverVersion.gitVersion.replace(/^v/, ""), storageClass: storageClass ?? standard };
}

/** Storage classes belong to the cluster. Undefined if the user may not list them. */
async function defaultClass(kubectl: Kubectl, context: string): Promise<string | undefined> {
  const { stdout } = await kubectl.look("ask for storage classes", storageClassesArgv(context));
  const classes = v.safeParse(classesSchema, parseJson(stdout));
  if (!classes.success) return undefined;
  return classes.output.items.find(({ metadata }) => metadata.annotations?.[isDefault] === "true")?.metadata.name;
}
