# tree list DIRECTORY               each thing below DIRECTORY: type and mode, size, last change of any kind, name; in base64
# tree list DIRECTORY named         the same of the names on stdin, as far as they are there
# tree pack DIRECTORY               the things named on stdin as a tar stream; directories without what is in them
# tree unpack DIRECTORY             such a stream, in place of what is there
# tree remove DIRECTORY             the things named on stdin, which a NUL ends each; a directory only when it is empty
# The same on either side, as the user whose things they are.
set -eu
cd -- "$2"
export TZ=UTC0 LC_ALL=C
# Nothing in a name looks like the start of the next line, since none holds two slashes.
facts='%f %s %z %n'
case $1 in
  list)
    {
      if [ "${3:-}" = named ]; then xargs -0 stat -c "$facts" 2>/dev/null || :
      else find .//. ! -path .//. -exec stat -c "$facts" {} +
      fi
      # Without it, something is missing.
      echo end
    } | base64
    ;;
  pack) exec tar --null --no-recursion -T - -cf - ;;
  unpack) exec tar -xpof - ;;
  remove) exec xargs -0 sh -c 'for name; do if [ -d "$name" ] && [ ! -L "$name" ]; then rmdir -- "$name" || :; else rm -f -- "$name"; fi; done 2>/dev/null' sh ;;
esac
