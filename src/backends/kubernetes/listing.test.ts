import { expect, test } from "bun:test";
import * as v from "valibot";
import { foundSchema, machinesOf, whyStuck } from "./listing.ts";

const owner = "0123456789abcdef";
const metadata = {
  name: "cb-a",
  labels: { "claude-bottle/owner": owner },
  annotations: { "claude-bottle/directory": "/p", "claude-bottle/uid": "7" },
};
const pod = (status: object, more: object = {}) => ({ kind: "Pod", metadata: { ...metadata, ...more }, status });
const claim = (more: object = {}) => ({ kind: "PersistentVolumeClaim", metadata: { ...metadata, ...more }, status: { phase: "Bound" } }); // prettier-ignore
const read = (...items: object[]) => v.parse(foundSchema, { items });
const ready = (status: string) => [{ type: "Ready", status }];

test.each([
  ["ready", [pod({ phase: "Running", conditions: ready("True") }), claim()], "running"],
  ["on a node that does not answer", [pod({ phase: "Running", conditions: ready("False") })], "broken"],
  ["not there yet", [pod({ phase: "Pending" })], "stopped"],
  ["evicted", [pod({ phase: "Failed", reason: "Evicted" })], "stopped"],
  ["on its way out", [pod({ phase: "Running", conditions: ready("True") }, { deletionTimestamp: "2026-11-30T00:00:00Z" })], "stopped"],
  ["gone, with its claim left", [claim()], "stopped"],
] as const)("a pod that is %s", (_, found, state) => {
  expect(machinesOf(read(...found), owner)).toEqual([{ name: "cb-a", state, owner: { directory: "/p", uid: 7 }, pid: undefined }]);
}); // prettier-ignore

test("nothing is ours that another ledger's user made, or that is on its way out", () => {
  expect(machinesOf(read(pod({ phase: "Running" })), "another")[0]?.owner).toBeUndefined();
  expect(machinesOf(read(claim({ deletionTimestamp: "2026-11-30T00:00:00Z" })), owner)).toEqual([]);
});

const container = (name: string, state: object) => ({ name, state });

test.each<[string, object, RegExp | undefined]>([
  ["that is being made", { phase: "Pending", containerStatuses: [container("bottle", { waiting: { reason: "ContainerCreating" } })] }, undefined],
  ["whose image is not there", { phase: "Pending", containerStatuses: [container("bottle", { waiting: { reason: "ErrImageNeverPull", message: "no such image" } })] }, /^its image cannot be pulled: no such image$/],
  ["that nothing can hold", { phase: "Pending", initContainerStatuses: [container("guard", { terminated: { exitCode: 1, message: "guard: no\n" } })] }, /^nothing holds it to its list of hosts: guard: no$/],
  ["that no node takes", { phase: "Pending", conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/1 nodes" }] }, /^no node takes it: 0\/1 nodes$/],
  ["that was evicted", { phase: "Failed", reason: "Evicted", message: "too much" }, /^it has ended \(Evicted\): too much$/],
])("why a pod %s does not start", (_, status, why) => {
  const [found] = read(pod(status));
  const stuck = found && whyStuck(found)?.why;
  if (why) expect(stuck).toMatch(why);
  else expect(stuck).toBeUndefined();
}); // prettier-ignore
