// A network that is left only by a proxy on this machine's loopback, which wants a password and inspects TLS. About 60 s.
import { expect } from "bun:test";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer } from "node:net";
import { baseImage } from "../support/podman.ts";
import type { Home } from "../support/tool.ts";
import { minute, onEngine, type Project, usePodman } from "./stage.ts";

usePodman();

/** A name that no resolver knows: only the proxy leads there. */
const registry = "registry.invalid";
const password = "p@ss:w%rd";
const authorization = `Basic ${Buffer.from(`ann:${password}`).toString("base64")}`;

/** openssl, which verifies the server, in place of programs that would ask a real registry. */
const fetch = (proxy: string, certificates: string) =>
  `printf 'GET /claude HTTP/1.0\\r\\n\\r\\n' | openssl s_client -quiet -ign_eof -verify_return_error -verify_hostname ${registry} -CAfile "${certificates}" ${proxy} -connect ${registry}:443 2>/tmp/why | sed '1,/^.$/d'`;
const npm = `#!/bin/sh
[ "$1" != root ] || exec echo /usr/lib
for package; do :; done
directory=/usr/lib/\${package%@*}
mkdir -p "$directory"
${fetch(`-proxy "\${HTTPS_PROXY##*@}" -proxy_user ann -proxy_pass 'pass:${password}'`, "$NODE_EXTRA_CA_CERTS")} >"$directory/claude"
[ -s "$directory/claude" ] || { cat /tmp/why; exit 1; }
chmod +x "$directory/claude"
`;

onEngine(
  "podman",
  "behind a company's proxy with its own certificate, the template is built, the first session starts, and allow opens a host",
  "[bottle]",
  async (project) => {
    const certificate = makeCertificate(project);
    using server = Bun.serve({
      port: 0,
      hostname: "127.0.0.1",
      tls: certificate,
      fetch: () => new Response("#!/bin/sh\necho a claude from the registry\n"),
    });
    await using proxy = await companyProxy(server.port ?? 0);
    const address = `http://ann:${encodeURIComponent(password)}@127.0.0.1:${proxy.port}`;
    // As such a company sets them, for all programs of a user.
    const env = { HTTP_PROXY: address, HTTPS_PROXY: address, NO_PROXY: "localhost,.inner.example", NODE_EXTRA_CA_CERTS: certificate.file, SSL_CERT_FILE: certificate.file };
    project.settings(`[bottle]\nbackend = "podman"\n[template]\nbase = "${makeBase(project)}"\n`);

    const first = await project.tool(["exec", "--", "claude"], { env });
    expect([first.stdout, first.code, `${first.stdout}${first.stderr}`.includes("p@ss")]).toEqual(["a claude from the registry\n", 0, false]);
    expect(proxy.asked).toContain(`${registry}:443`);

    const ask = ["exec", "--", "sh", "-c", fetch(`-proxy 127.0.0.1:3128`, "$SSL_CERT_FILE")];
    const before = proxy.asked.length;
    expect((await project.tool(ask, { env })).stdout).toBe("");
    expect(proxy.asked.length).toBe(before);
    expect(await project.tool(["allow", registry], { env })).toMatchObject({ code: 0 });
    expect((await project.tool(ask, { env })).stdout).toContain("a claude from the registry");
    expect(proxy.asked.slice(before)).toEqual([`${registry}:443`]);
    expect(await project.sh("cat $NODE_EXTRA_CA_CERTS", { env })).toContain(readFileSync(certificate.file, "utf8").trim());
    expect(await project.sh("env | grep -c ann; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -c 'p[@]ss\\|p%4[0]ss'; :", { env })).toBe("0\n0\n");

    // Another start, when the proxy's containers begin anew.
    await project.tool(["stop"], { env });
    expect((await project.tool(ask, { env })).stdout).toContain("a claude from the registry");
  },
  6 * minute,
); // prettier-ignore

function makeCertificate(home: Home) {
  const file = `${home.directory}/company.pem`;
  const key = `${home.directory}/company.key`;
  const made = Bun.spawnSync(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=Company", "-addext", `subjectAltName=DNS:${registry}`, "-keyout", key, "-out", file]); // prettier-ignore
  expect(made.exitCode).toBe(0);
  return { file, cert: readFileSync(file, "utf8"), key: readFileSync(key, "utf8") };
}

/** Debian with stand-ins for what the template installs, so that only npm's fetches need the network. */
function makeBase({ directory, env }: Project): string {
  const context = `${directory}/base`;
  mkdirSync(`${context}/bin`, { recursive: true });
  for (const name of ["git", "rg", "curl", "less", "ps", "ssh", "jq", "python3", "make", "nano"])
    writeFileSync(`${context}/bin/${name}`, "#!/bin/sh\n", { mode: 0o755 });
  writeFileSync(`${context}/bin/npm`, npm, { mode: 0o755 });
  const lines = [`FROM ${baseImage}`, "COPY bin/ /usr/local/bin/", 'RUN ["mkdir", "-p", "/usr/share/zoneinfo"]', "COPY bin/git /usr/share/zoneinfo/UTC"]; // prettier-ignore
  writeFileSync(`${context}/Dockerfile`, `${lines.join("\n")}\n`);
  const base = `localhost/test/company-${process.pid}`;
  const built = Bun.spawnSync(["podman", "build", "-q", "-t", base, context], { env });
  expect([built.exitCode, built.stderr.toString()]).toEqual([0, expect.anything()]);
  return base;
}

/** Lets in who has the password; leads to the registry, and to this machine's own package mirror. */
async function companyProxy(registryPort: number) {
  const asked: string[] = [];
  const server = createServer((client) => {
    client.on("error", () => undefined);
    client.once("data", (first) => {
      const head = first.toString("latin1");
      const [, method, host = "", port = ""] = /^(\w+) (?:http:\/\/)?([^:/ ]+)(?::(\d+))?/.exec(head) ?? [];
      if (!head.includes(`Proxy-Authorization: ${authorization}\r\n`)) return client.end("HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n");
      asked.push(`${host}:${port || 80}`);
      const isRegistry = host === registry;
      const service = connect(isRegistry ? { host: "127.0.0.1", port: registryPort } : { host, port: Number(port || 80) }, () => {
        if (method === "CONNECT") client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        else service.write(first);
        client.pipe(service).pipe(client);
      });
      service.on("error", () => client.destroy());
      client.on("close", () => service.destroy());
    });
  }); // prettier-ignore
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  const { port } = server.address() as AddressInfo;
  return { asked, port, [Symbol.asyncDispose]: async () => void server.close() };
}
