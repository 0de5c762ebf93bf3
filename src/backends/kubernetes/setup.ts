import { claudeCode } from "../../guest/claude-code.ts";
import setupScript from "../../guest/pod-setup.sh" with { type: "text" };
import { withoutComments } from "../../guest/script.ts";
import type { BottlePlan } from "../../plan/plan.ts";
import { containers } from "./argv.ts";
import { givenImage, imageOf, unprivileged } from "./settings.ts";

/** Without an image from the user: installs Claude Code in the home once, before the bottle has a project, a secret or a list of hosts. */
export function setupContainer(plan: BottlePlan, home: object): object[] {
  if (givenImage(plan) !== undefined) return [];
  return [
    {
      name: containers.setup,
      image: imageOf(plan),
      imagePullPolicy: "IfNotPresent",
      command: ["/bin/sh", "-c", withoutComments(setupScript), "sh", plan.user.home, plan.template?.claude ?? claudeCode.version],
      env: [{ name: "HOME", value: plan.user.home }],
      securityContext: unprivileged,
      terminationMessagePolicy: "FallbackToLogsOnError",
      volumeMounts: [home],
    },
  ]; // prettier-ignore
}
