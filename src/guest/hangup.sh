# hangup LINE COMMAND...: runs COMMAND, Claude Code on a terminal. If it loses the terminal, its conversation goes on in the background, by LINE.
# Sets no variable before that: one of that name may be in COMMAND's environment.
trap : HUP TERM
foreground() { shift; "$@"; }
foreground "$@"
hangup_status=$?
# Of a terminal that is gone Claude Code may hear by the end of its input first, and ends with 0.
[ "$hangup_status" = 129 ] || [ ! -t 0 ] || exit "$hangup_status"
exec 2>/dev/null
hangup_home=${CLAUDE_CONFIG_DIR:-$HOME/.claude}
hangup_id=$(cd "$hangup_home/claude-bottle/turns" && grep -lxF "$CLAUDE_BOTTLE_SESSION" ./* | xargs -r ls -t | head -n 1)
[ -n "$hangup_id" ] || exit 129
hangup_id=${hangup_id#./}
eval "set -- $1 $hangup_id"
# A turn that was under way goes on, unless the user had interrupted it.
grep -qE '"hook_event_name":"(Stop|StopFailure|SessionEnd)"' "$hangup_home/claude-bottle/turns/$hangup_id" ||
  tail -qn 3 "$hangup_home"/projects/*/"$hangup_id.jsonl" | grep -q 'Request interrupted by user' ||
  set -- "$@" 'Continue from where you left off. The terminal of this session was closed.'
# What ends the session looks for its mark and its kernel session.
unset CLAUDE_BOTTLE_SESSION
setsid "$@" </dev/null >/dev/null 2>&1 8>&- 9>&- &
exit 129
