# pod-setup HOME VERSION, in an image with npm, as the bottle's user: Claude Code below HOME/.local, once.
set -eu
home=$1 version=$2
[ "$("$home/.local/bin/claude" --version 2>/dev/null)" != "$version (Claude Code)" ] || exit 0
case $(uname -m) in x86_64) machine=x64 ;; aarch64) machine=arm64 ;; *) machine=$(uname -m) ;; esac
for loader in /lib/ld-musl-*; do [ ! -e "$loader" ] || machine=$machine-musl; done
# The platform's package is the program itself, so none of its scripts need run.
package=@anthropic-ai/claude-code-linux-$machine
npm install --global --prefix "$home/.local" --ignore-scripts --no-audit --no-fund --cache /tmp/npm "$package@$version"
rm -rf /tmp/npm
mkdir -p "$home/.local/bin"
ln -sf "../lib/node_modules/$package/claude" "$home/.local/bin/claude"
"$home/.local/bin/claude" --version
