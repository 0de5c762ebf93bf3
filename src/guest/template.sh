# template VERSION, as root while a template is built: what Claude Code works with, and Claude Code itself.
set -eu
version=$1
npm=npm
[ "$(claude --version 2>/dev/null)" != "$version (Claude Code)" ] || npm=
missing=
for program in git rg curl less ps ssh $npm; do command -v "$program" >/dev/null || missing="$missing $program"; done
[ -e /etc/ssl/certs/ca-certificates.crt ] || missing="$missing ca-certificates"
# Programs that hooks and people expect, if the base has a known package manager.
wanted=
for program in jq python3 make nano; do command -v "$program" >/dev/null || wanted="$wanted $program"; done
[ -e /usr/share/zoneinfo/UTC ] || wanted="$wanted tzdata"
command -v apt-get >/dev/null || wanted=
if [ -n "$missing$wanted" ]; then
  command -v apt-get >/dev/null || { echo "the base has no apt-get, and not:$missing" >&2; exit 1; }
  echo "claude-bottle step 2: packages"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  case $missing in *' npm'*) set -- npm ;; *) set -- ;; esac
  apt-get install -qy --no-install-recommends ca-certificates curl git jq less make nano openssh-client procps python3 ripgrep tzdata "$@"
  rm -rf /var/lib/apt/lists/*
fi
[ -n "$npm" ] || exit 0
case $(uname -m) in x86_64) machine=x64 ;; aarch64) machine=arm64 ;; *) machine=$(uname -m) ;; esac
for loader in /lib/ld-musl-*; do [ ! -e "$loader" ] || machine=$machine-musl; done
# The platform's package is the program itself, so none of its scripts need run.
echo "claude-bottle step 3: Claude Code"
package=@anthropic-ai/claude-code-linux-$machine
npm install --global --ignore-scripts --no-audit --no-fund --cache /tmp/npm "$package@$version"
rm -rf /tmp/npm
ln -sf "$(npm root --global)/$package/claude" /usr/local/bin/claude
claude --version
