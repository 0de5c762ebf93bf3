# hook, which Claude Code starts with a JSON object on stdin: notes the beginning of it for the conversation that it is about, one file
# each, with our session and the time of its last prompt before it. Says nothing and never fails: Claude would show it.
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
# What Claude's daemon starts has the mark of whichever session came first.
session=$CLAUDE_BOTTLE_SESSION
[ -z "$CLAUDE_JOB_DIR" ] || session=
printf '%s\n' "$session" "$asked" "$input" >"$notes/.$id.$$" && mv -f "$notes/.$id.$$" "$notes/$id"
exit 0
