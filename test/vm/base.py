# base.py ROOT VERSION OUTPUT: an image as `docker save` writes it, of the root file system in the archive ROOT and of what a template needs
# besides: it stands in for a base that a registry would bring. Its Claude Code only says its version.
import hashlib
import io
import json
import sys
import tarfile

root, version, output = sys.argv[1:]


def add(archive, name, content, mode=0o644, uid=0):
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.uid, entry.gid = len(content), mode, uid, uid
    archive.addfile(entry, io.BytesIO(content))


programs = io.BytesIO()
with tarfile.open(fileobj=programs, mode="w") as layer:
    add(layer, "etc/ssl/certs/ca-certificates.crt", b"")
    add(layer, "opt/someones", b"", 0o4711, 1234)
    for name in "git", "rg", "curl", "ssh", "less", "ps":
        add(layer, f"usr/local/bin/{name}", b"#!/bin/sh\n", 0o755)
    add(layer, "usr/local/bin/claude", f"#!/bin/sh\necho '{version}'\n".encode(), 0o755)

layers = [open(root, "rb").read(), programs.getvalue()]
config = {
    "architecture": "amd64",
    "os": "linux",
    "config": {"Env": ["PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]},
    "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest() for layer in layers]},
}
names = [f"{index}/layer.tar" for index in range(len(layers))]
with tarfile.open(output, "w") as image:
    add(image, "manifest.json", json.dumps([{"Config": "config.json", "RepoTags": ["base:1"], "Layers": names}]).encode())
    add(image, "config.json", json.dumps(config).encode())
    for name, layer in zip(names, layers):
        add(image, name, layer)
