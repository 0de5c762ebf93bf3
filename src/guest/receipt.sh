# receipt DIRECTORY SECONDS CONVERSATION: prints what a session that began that many seconds ago did, one fact per line. git runs in the bottle
# and not on the host, because the session could have changed what git starts.
transcript=
[ -z "$3" ] || for file in "${CLAUDE_CONFIG_DIR:-$HOME/.claude}"/projects/*/"$3.jsonl"; do [ ! -f "$file" ] || transcript=$file; done
# Each part of a message has a line of its own, with the usage of the whole message.
[ -z "$transcript" ] || awk '
  /"type":"user"/ && !/"tool_use_id"/ && !/"isMeta":true/ { turns++ }
  /"type":"assistant"/ && match($0, /"id":"msg_[^"]*"/) {
    id = substr($0, RSTART, RLENGTH)
    if (match($0, /"output_tokens":[0-9]+/)) tokens[id] = substr($0, RSTART + 16, RLENGTH - 16) + 0
  }
  END { for (id in tokens) sum += tokens[id]; print "turns", turns + 0; print "tokens", sum + 0 }' "$transcript"
cd -- "$1" 2>/dev/null && git rev-parse --git-dir >/dev/null 2>&1 || exit 0
began=$(($(date +%s) - $2))
before=$(git rev-list -1 --before="@$began" HEAD 2>/dev/null)
echo "commits $(git rev-list --count --since="@$began" HEAD 2>/dev/null || echo 0)"
echo "diff $(git diff --no-ext-diff --shortstat "${before:-HEAD}" -- 2>/dev/null)"
echo "untracked $(git ls-files --others --exclude-standard 2>/dev/null | wc -l)"
