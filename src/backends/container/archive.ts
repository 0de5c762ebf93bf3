import { posix } from "node:path";
import * as v from "valibot";
import { NotTar, readTar, tarEnd, tarHeader, tarPadding, type TarEntry } from "../../lib/tar.ts";

// `docker load` and `podman load` give each image of an archive the names that the archive contains, replacing other images: a project's archive
// could replace the user's images or ours. So we rewrite an archive before loading it: one image, under our name.

/** Texts from which the engine reads names. */
const longestIndex = 4 * 1024 * 1024;

const saved = v.pipe(v.array(v.looseObject({ Config: v.string(), Layers: v.array(v.string()) })), v.length(1));
const oci = v.looseObject({ manifests: v.pipe(v.array(v.looseObject({ digest: v.string() })), v.length(1)) });

const isLayerLink = ({ name, kind, target }: TarEntry): boolean =>
  kind === "symlink" && /^[0-9a-f]+\/layer\.tar$/.test(name) && /^\.\.\/[0-9a-f]+(\/layer)?\.tar$/.test(target);

/** An archive that docker or podman saved, with one image and only the name `reference`. Throws NotTar for any other file. */
export async function* renamedArchive(
  source: AsyncIterable<Uint8Array>,
  reference: string,
): AsyncGenerator<Uint8Array> {
  let hasIndex = false;
  const seen = new Set<string>();
  for await (const entry of readTar(source)) {
    const name = posix.normalize(entry.name);
    if (name === ".") continue;
    // An engine may unpack it on its machine and follow a link that came earlier.
    if (!/^[\x21-\x7e]{1,100}$/.test(name) || name.startsWith("/") || name.startsWith("../") || seen.has(name))
      throw new NotTar(`it holds "${name.slice(0, 100)}"`);
    seen.add(name);
    if (entry.kind === "directory") {
      yield tarHeader({ ...entry, name, size: 0, target: "" });
    } else if (isLayerLink(entry)) {
      yield tarHeader({ ...entry, name, size: 0 });
    } else if (entry.kind !== "file") {
      throw new NotTar(`it holds "${name}", which is no file`);
    } else if (name === "repositories") {
      // The file with names that docker used before manifest.json.
      for await (const _ of entry.content);
    } else if (name === "manifest.json" || name === "index.json") {
      hasIndex = true;
      const text = renamed(name, await textOf(entry), reference);
      yield* [tarHeader({ ...entry, name, size: text.length, target: "" }), text, tarPadding(text.length)];
    } else {
      yield tarHeader({ ...entry, name, target: "" });
      yield* entry.content;
      yield tarPadding(entry.size);
    }
  }
  if (!hasIndex) throw new NotTar("it holds no image");
  yield tarEnd;
}

async function textOf({ size, content, name }: TarEntry): Promise<string> {
  if (size > longestIndex) throw new NotTar(`its ${name} is too long`);
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece.slice());
  return Buffer.concat(pieces).toString("utf8");
}

function renamed(name: "manifest.json" | "index.json", text: string, reference: string): Buffer {
  if (name === "manifest.json") {
    const [image] = parse(saved, text, name);
    return Buffer.from(JSON.stringify([{ ...image, RepoTags: [reference] }]));
  }
  const index = parse(oci, text, name);
  const annotations = { "org.opencontainers.image.ref.name": reference, "io.containerd.image.name": reference };
  return Buffer.from(JSON.stringify({ ...index, manifests: [{ ...index.manifests[0], annotations }] }));
}

function parse<Schema extends v.GenericSchema>(schema: Schema, text: string, name: string): v.InferOutput<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new NotTar(`its ${name} is damaged`);
  }
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const images = Array.isArray(value) ? value : ((value as { manifests?: unknown } | null)?.manifests ?? []);
  const count = Array.isArray(images) ? images.length : 0;
  throw new NotTar(count > 1 ? `it holds ${count} images` : `its ${name} is damaged`);
}
