import { expect, test } from "bun:test";
import { isElsewhere, parseInfo } from "./engine.ts";

const all = { cpus: true, memory: true, pids: true };
const podman = (security: object, host: object = {}) => ({
  host: { serviceIsRemote: false, cgroupControllers: ["memory", "pids"], security, ...host },
  version: { Version: "5.0" },
});

test.each([
  ["podman as root", podman({ rootless: false }), { version: "5.0", rootless: false, mapsUsers: false, limits: all, selinux: false }],
  ["podman without root sets only the limits that were delegated", podman({ rootless: true, selinuxEnabled: true }), { version: "5.0", rootless: true, mapsUsers: true, limits: { cpus: false, memory: true, pids: true }, selinux: true }],
  ["docker", { ServerVersion: "28.1", SecurityOptions: ["name=seccomp,profile=builtin", "name=cgroupns"] }, { version: "28.1", rootless: false, mapsUsers: false, limits: all, selinux: false }],
  ["docker without root", { ServerVersion: "28.1", SecurityOptions: ["name=rootless", "name=selinux"], CpuCfsQuota: false }, { version: "28.1", rootless: true, mapsUsers: false, limits: { ...all, cpus: false }, selinux: true }],
  ["docker's program alone, without its engine", { ID: "", ServerErrors: null }, undefined],
])("%s", (_, answer, engine) => expect(parseInfo(answer)).toEqual(engine)); // prettier-ignore

test.each([
  ["tcp://192.0.2.7:2376", true],
  ["ssh://ann@build.example.org", true],
  ["https://build.example.org:2376", true],
  ["unix:///run/user/1000/podman/podman.sock", false],
  ["tcp://127.0.0.1:2375", false],
  ["tcp://localhost:2375", false],
  ["npipe:////./pipe/docker_engine", false],
  ["", false],
])("an engine at %p is on another machine: %p", (address, elsewhere) => expect(isElsewhere(address)).toBe(elsewhere));
