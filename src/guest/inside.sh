# inside ROOT, run as root in the guest: lists what was written below ROOT since prepare.sh first ran, each path ending with a NUL. Leaves out
# directories that packages fill and those that last for one start.
set -eu
root=${1%/}
made=$root/etc/.claude-bottle
# A copied file may keep its older modification time; busybox cannot test the time of change.
newer=-newer
! find "$made" -cnewer "$made" >/dev/null 2>&1 || newer=-cnewer
set -- \( -path "$root/dev"
for directory in proc run sys tmp usr var; do set -- "$@" -o -path "$root/$directory"; done
[ -e "$made" ] || { echo "$made is not there" >&2; exit 1; }
# In an image directory, smolvm denies even root what the host's user may not read: nothing was written there.
find "$root/" -xdev "$@" \) -prune -o ! -type d "$newer" "$made" -print0 2>/dev/null || :
