import { run } from "./run.ts";

export type Component = {
  name: string;
  version: string;
  licenses?: { license: { id?: string; name?: string } }[];
  properties?: { name: string; value: string }[];
};
type Bom = {
  serialNumber: string;
  metadata: { timestamp: string; component: Record<string, unknown> };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
};

/** What the program is made of: the packages that it bundles, and Bun, which it runs on. */
const shipped = ({ name, properties }: Component) =>
  name === "bun" || !properties?.some((property) => property.name === "cdx:npm:package:development");

/** CycloneDX as npm writes it, without what differs from run to run. `madeAt`: seconds since 1970. */
export function billOfMaterials(root: string, version: string, madeAt: number): { text: string; parts: Component[] } {
  const bom = JSON.parse(
    run(["npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only"], { cwd: root }),
  ) as Bom;
  bom.components = bom.components.filter(shipped);
  const refs = new Set(bom.components.map(({ name, version: number }) => `${name}@${number}`));
  const own = `claude-bottle@${version}`;
  bom.metadata.component = { ...bom.metadata.component, "bom-ref": own, type: "application", name: "claude-bottle", version, purl: `pkg:npm/claude-bottle@${encodeURIComponent(version)}` }; // prettier-ignore
  bom.metadata.timestamp = new Date(madeAt * 1000).toISOString();
  bom.dependencies = [
    { ref: own, dependsOn: [...refs] },
    ...bom.dependencies
      .filter(({ ref }) => refs.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((name) => refs.has(name)) })),
  ];
  bom.serialNumber = "";
  const hash = new Bun.CryptoHasher("sha256").update(JSON.stringify(bom)).digest("hex");
  bom.serialNumber = `urn:uuid:${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  return { text: `${JSON.stringify(bom, null, 2)}\n`, parts: bom.components };
}
