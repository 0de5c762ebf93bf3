# unpack DST NAME: unpacks a stream of pack to DST/NAME if DST is a directory, otherwise to DST. Keeps modes; the files belong to the current user.
set -eu
umask 022
dst=$1 name=$2
case $dst in */) [ -d "$dst" ] || { printf 'the directory "%s" is not there\n' "$dst" >&2; exit 3; } ;; esac
if [ -d "$dst" ]; then dst=${dst%/}/$name; fi
parent=$(dirname -- "$dst")
[ -d "$parent" ] || { printf 'the directory "%s" is not there\n' "$parent" >&2; exit 3; }
parent=$(cd -- "$parent" && pwd -P && echo .) && parent=${parent%??}
dst=${parent%/}/$(basename -- "$dst")
work=$(mktemp -d "${parent%/}/.claude-bottle-cp-XXXXXX")
# A bottle that can write here may have put links in place of files: nothing is written through a link.
cd -- "$work" && [ "$(pwd -P)" = "$work" ]
trap 'chmod -R u+rwx .; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
tar -xpof -
for item in ./* ./.[!.]* ./..?*; do
  [ -e "$item" ] || [ -L "$item" ] || continue
  if [ -d "$item" ] && [ ! -L "$item" ] && [ -d "$dst" ]; then
    tar -C "$item" -cf - . | tar -C "$dst" -xpof -
  else
    rm -f -- "$dst"
    mv -- "$item" "$dst"
  fi
done
