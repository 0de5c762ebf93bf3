import { expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { imageStamp } from "./image.ts";

test("a directory as an image has another name once a file deep in it has changed", () => {
  const directory = realpathSync(mkdtempSync(`${tmpdir()}/image-`));
  try {
    mkdirSync(`${directory}/rootfs/etc`, { recursive: true });
    writeFileSync(`${directory}/rootfs/etc/motd`, "one");
    const first = imageStamp(`${directory}/rootfs`);
    expect(imageStamp(`${directory}/rootfs`)).toBe(first);
    writeFileSync(`${directory}/rootfs/etc/motd`, "another");
    expect(imageStamp(`${directory}/rootfs`)).not.toBe(first);
    expect(imageStamp(`${directory}/gone`)).toBeUndefined();
  } finally {
    rmSync(directory, { recursive: true });
  }
});
