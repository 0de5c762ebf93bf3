# foreground PRELUDE..., by `bash -m` with the terminal's stderr as fd 3: a process group of the guest's own on a terminal that it shares.
# A group in common with the host's processes would let the guest signal those, and let Ctrl-C end the sandbox with its command.
exec 2>/dev/null
# Nobody outside can see that the command stopped, so it goes on at once. Not a loop: bash leaves one when a job in it stops.
resume() {
  case $status in 14[5-9] | 150) jobs %% >/dev/null || return 0 ;; *) return 0 ;; esac
  fg %% >/dev/null
  status=$?
  resume
}
"$@" 2>&3 3>&-
status=$?
resume
exit "$status"
