import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { rootCertificates } from "node:tls";
import { chooseCertificates, extraCertificates, mostBytes } from "./certificates.ts";

const pem = (body: string, kind = "CERTIFICATE") => `-----BEGIN ${kind}-----\n${body}\n-----END ${kind}-----\n`;

test.each([
  ["one in a file with other text", [`# Shop CA\n${pem("AAAA")}subject=x\n`], [], [pem("AAAA")]],
  ["the same in two files, with other line ends", [pem("AA\r\nAA"), pem("AAAA")], [], [pem("AAAA")]],
  ["what every system knows", [pem("AAAA"), pem("BBBB")], [pem("AAAA")], [pem("BBBB")]],
  ["OpenSSL's own kind", [pem("AAAA", "TRUSTED CERTIFICATE")], [], [pem("AAAA")]],
  ["a key beside it", [`${pem("KEY=", "PRIVATE KEY")}${pem("AAAA")}`], [], [pem("AAAA")]],
  ["a long one", [pem("A".repeat(130))], [], [pem(`${"A".repeat(64)}\n${"A".repeat(64)}\nAA`)]],
  ["no certificate", ["nothing"], [], []],
])("of %s", (_, texts, known, expected) =>
  expect(chooseCertificates(texts, known)).toEqual({ text: expected.join(""), lack: undefined }),
);

test("what does not fit is left out, with a word", () => {
  const texts = Array.from({ length: 100 }, (_, index) => pem(String(index).padStart(2000, "A")));
  const { text, lack } = chooseCertificates(texts, []);
  expect(text.length).toBeLessThanOrEqual(mostBytes);
  expect(lack).toMatch(/^\d+ of this machine's certificates are too many for a bottle$/);
});

test.each([
  "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO", "npm_config_cafile",
])("the file that %s names counts, without the certificates that every system has", async (name) => {
  const directory = mkdtempSync(`${tmpdir()}/certificates-`);
  try {
    writeFileSync(`${directory}/all.pem`, `${rootCertificates.join("\n")}\n${pem("AAAA")}`);
    const system = { platform: "linux", which: () => undefined, run: () => Promise.reject(new Error("nothing runs")) } as const;
    const { text } = await extraCertificates({ ...system, env: { [name]: `${directory}/all.pem` } });
    expect(text.startsWith(pem("AAAA"))).toBe(true);
    expect(await extraCertificates({ ...system, env: { [name]: `${directory}/none.pem` } })).toMatchObject({
      lack: `the file of certificates "${directory}/none.pem" cannot be read`,
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}); // prettier-ignore
