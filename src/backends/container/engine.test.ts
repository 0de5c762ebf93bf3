import { expect, test } from "bun:test";
import { parseInfo } from "./engine.ts";

const all = { cpus: true, memory: true, pids: true };
const own = { isLocal: true, id: undefined };
const podman = (security: object, host: object = {}) => ({
  host: { serviceIsRemote: false, cgroupControllers: ["memory", "pids"], security, ...host },
  version: { Version: "5.0" },
});

test.each([
  ["podman as root", podman({ rootless: false }), { ...own, version: "5.0", rootless: false, mapsUsers: false, limits: all, selinux: false }],
  ["podman without root sets only the limits that were delegated", podman({ rootless: true, selinuxEnabled: true }), { ...own, version: "5.0", rootless: true, mapsUsers: true, limits: { cpus: false, memory: true, pids: true }, selinux: true }],
  ["podman on another machine", podman({ rootless: false }, { serviceIsRemote: true }), { version: "5.0", rootless: false, mapsUsers: false, isLocal: false, id: undefined, limits: all, selinux: false }],
  ["docker", { ID: "7f", Name: "build", ServerVersion: "28.1", SecurityOptions: ["name=seccomp,profile=builtin", "name=cgroupns"] }, { version: "28.1", rootless: false, mapsUsers: false, isLocal: false, id: "7f build", limits: all, selinux: false }],
  ["docker without root", { ServerVersion: "28.1", SecurityOptions: ["name=rootless", "name=selinux"], CpuCfsQuota: false }, { version: "28.1", rootless: true, mapsUsers: false, isLocal: false, id: undefined, limits: { ...all, cpus: false }, selinux: true }],
  ["docker's program alone, without its engine", { ID: "", ServerErrors: null }, undefined],
])("%s", (_, answer, engine) => expect(parseInfo(answer)).toEqual(engine)); // prettier-ignore
