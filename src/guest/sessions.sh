# sessions: prints how many sessions run in the bottle besides our own, by the mark that each of their processes has.
cat /proc/[0-9]*/environ 2>/dev/null | tr '\0' '\n' | sed -n 's/^CLAUDE_BOTTLE_SESSION=\([0-9a-f]*\)$/\1/p' | sort -u | grep -cvx "$CLAUDE_BOTTLE_SESSION"
exit 0
