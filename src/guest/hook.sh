# hook: Claude Code starts it with a JSON object on stdin. Writes the beginning of the object to a file for its conversation, after our session's
# ID and the time of the last prompt. Prints nothing and never fails, because Claude would show that.
exec 2>/dev/null
notes=${CLAUDE_CONFIG_DIR:-$HOME/.claude}/claude-bottle/turns
input=$(head -c 3000; cat >/dev/null)
id=${input#*\"session_id\":\"}
id=${id%%\"*}
case $id in '' | *[!0-9a-f-]*) exit 0 ;; esac
mkdir -p "$notes" || exit 0
asked=
{ read -r _ && read -r asked; } <"$notes/$id"
case $input in *'"hook_event_name":"UserPromptSubmit"'*) asked=$(date +%s) ;; esac
# The end of a session leaves the note of its last turn.
case $input in *'"hook_event_name":"SessionEnd"'*) [ ! -s "$notes/$id" ] || input=$(tail -n +3 "$notes/$id") ;; esac
# Processes of Claude's daemon have the mark of the session that started the daemon.
session=$CLAUDE_BOTTLE_SESSION
[ -z "$CLAUDE_JOB_DIR" ] || session=
printf '%s\n' "$session" "$asked" "$input" >"$notes/.$id.$$" && mv -f "$notes/.$id.$$" "$notes/$id"
exit 0
