// What a hostile guest finds or does in a container. About 20 s.
import { describe, expect } from "bun:test";
import { baseImage } from "../support/podman.ts";
import { onEngine, programs, usePodman } from "./stage.ts";

usePodman();

describe.each(programs)("%s", (program) => {
  const it = (title: string, work: Parameters<typeof onEngine>[3], network = 'mode = "off"') =>
    onEngine(program, title, `[bottle]\nimage = "${baseImage}"\n[network]\n${network}`, work);

  it("a proxy's password is neither in the bottle nor in a command line", async (project) => {
    for (const address of [
      "http://ann:PA-by-nobody@proxy:1",
      "ann:PA-by-nobody@proxy:1",
      "ann:PA-by-nobody/@proxy:1",
    ]) {
      const env = Object.fromEntries(
        ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"].map((name) => [name, address]),
      );
      const script = "tr '\\0' '\\n' </proc/1/environ; env";
      const { stdout, code } = await project.run(["exec", "--", "sh", "-c", script], { env });
      expect([stdout.includes("PA-by"), code]).toEqual([false, 0]);
      const shown = await project.run(["exec", "--dry-run", "--", "true"], { env });
      expect([`${shown.stdout}${shown.stderr}`.includes("PA-by"), shown.code]).toEqual([false, 0]);
      await project.run(["rm", "--force"]);
    }
  });
});
