# tree list DIRECTORY               lists each entry below DIRECTORY: type and mode, size, last change of any kind, name; in base64
# tree list DIRECTORY named         the same for the names on stdin that exist
# tree pack DIRECTORY               writes the entries named on stdin as a tar stream; directories without their content
# tree unpack DIRECTORY             unpacks such a stream, replacing what is there
# tree remove DIRECTORY             removes the entries named on stdin; a directory only if it is empty
# Names on stdin end with a NUL. Runs as the user who owns the entries.
set -eu
cd -- "$2"
export TZ=UTC0 LC_ALL=C
# No name can look like the start of the next line, because none contains two slashes.
facts='%f %s %z %n'
case $1 in
  list)
    {
      if [ "${3:-}" = named ]; then xargs -0 stat -c "$facts" 2>/dev/null || :
      else find .//. ! -path .//. -exec stat -c "$facts" {} +
      fi
      # Without this line the list is incomplete.
      echo end
    } | base64
    ;;
  pack) exec tar --null --no-recursion -T - -cf - ;;
  unpack) exec tar -xpof - ;;
  remove) exec xargs -0 sh -c 'for name; do if [ -d "$name" ] && [ ! -L "$name" ]; then rmdir -- "$name" || :; else rm -f -- "$name"; fi; done 2>/dev/null' sh ;;
esac
