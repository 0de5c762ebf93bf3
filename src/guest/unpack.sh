# unpack DST NAME, from a stream of pack: to DST/NAME where DST is a folder, otherwise to DST. Modes are kept, the owner is who runs this.
set -eu
umask 022
dst=$1 name=$2
case $dst in */) [ -d "$dst" ] || { printf 'the folder "%s" is not there\n' "$dst" >&2; exit 3; } ;; esac
if [ -d "$dst" ]; then dst=${dst%/}/$name; fi
parent=$(dirname -- "$dst")
[ -d "$parent" ] || { printf 'the folder "%s" is not there\n' "$parent" >&2; exit 3; }
work=$(mktemp -d "${parent%/}/.claude-bottle-cp-XXXXXX")
trap 'chmod -R u+rwx "$work"; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
tar -C "$work" -xpof -
for item in "$work"/* "$work"/.[!.]* "$work"/..?*; do
  [ -e "$item" ] || [ -L "$item" ] || continue
  if [ -d "$item" ] && [ ! -L "$item" ] && [ -d "$dst" ]; then
    cp -a "$item/." "$dst/"
  else
    rm -f -- "$dst"
    mv -- "$item" "$dst"
  fi
done
