# inside ROOT: what was written below ROOT since prepare.sh first ran, each path with a NUL behind it; as root in the guest.
# Directories that come from packages, or that last no longer than a start, are left out.
set -eu
root=${1%/}
made=$root/etc/.claude-bottle
# A copied file may keep an older time of its own; busybox cannot ask for the other one.
newer=-newer
! find "$made" -cnewer "$made" >/dev/null 2>&1 || newer=-cnewer
set -- \( -path "$root/dev"
for directory in proc run sys tmp usr var; do set -- "$@" -o -path "$root/$directory"; done
[ -e "$made" ] || { echo "$made is not there" >&2; exit 1; }
# smolvm keeps even root from what its host user may not read of an image directory: nothing was written there.
find "$root/" -xdev "$@" \) -prune -o ! -type d "$newer" "$made" -print0 2>/dev/null || :
