# foreground PRELUDE..., run by `bash -m` with the terminal's stderr as fd 3: gives the guest its own process group on the caller's terminal.
# In a process group of the host, the guest could signal the host's processes, and Ctrl-C would end the sandbox with its command.
exec 2>/dev/null
# Nothing outside sees that the command was stopped, so it continues at once. Not a loop: bash leaves a loop when a job in it stops.
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
