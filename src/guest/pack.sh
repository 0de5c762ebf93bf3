# pack SRC: writes the file or directory SRC as a tar stream with one top entry.
set -eu
src=$1
[ -e "$src" ] || [ -L "$src" ] || { printf '"%s" is not there\n' "$src" >&2; exit 3; }
# The real name of a path such as "." or "dir/.."; a link that is named itself stays a link.
if [ -d "$src" ] && [ ! -L "$src" ]; then src=$(cd -- "$src" && pwd -P && echo .) && src=${src%??}; fi
[ "$src" != / ] || { echo 'the whole file system cannot be copied' >&2; exit 3; }
cd -- "$(dirname -- "$src")"
exec tar -cf - "./$(basename -- "$src")"
