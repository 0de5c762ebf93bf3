# template VERSION, as root while a template is built: what Claude Code works with, and Claude Code itself.
set -eu
version=$1
missing=
for program in git rg curl less ps ssh npm; do command -v "$program" >/dev/null || missing=1; done
[ -e /etc/ssl/certs/ca-certificates.crt ] || missing=1
if [ -n "$missing" ]; then
  command -v apt-get >/dev/null || { echo 'the base has no apt-get, and not all of: git rg curl less ps ssh npm ca-certificates' >&2; exit 1; }
  npm=
  command -v npm >/dev/null || npm=npm
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q
  # shellcheck disable=SC2086 # one word or none
  apt-get install -qy --no-install-recommends ca-certificates curl git less openssh-client procps ripgrep $npm
  rm -rf /var/lib/apt/lists/*
fi
case $(uname -m) in x86_64) machine=x64 ;; aarch64) machine=arm64 ;; *) machine=$(uname -m) ;; esac
for loader in /lib/ld-musl-*; do [ ! -e "$loader" ] || machine=$machine-musl; done
# The platform's package is the program itself, so none of its scripts need run.
package=@anthropic-ai/claude-code-linux-$machine
npm install --global --ignore-scripts --no-audit --no-fund --cache /tmp/npm "$package@$version"
rm -rf /tmp/npm
ln -sf "$(npm root --global)/$package/claude" /usr/local/bin/claude
claude --version
