/**
 * A script of sh that writes the record that Claude Code writes: it works, waits for as long as there is a file `ask` in the project, and
 * works again.
 */
export const recordingAgent = `
record() {
  mkdir -p "$HOME/.claude/sessions"
  read -r stat </proc/self/stat
  set -- "$1" "$2" \${stat##*) }
  now=$(date +%s)000
  printf '{"pid":%s,"procStart":"%s","sessionId":"11111111-2222-3333-4444-555555555555","kind":"interactive","status":"%s","waitingFor":"%s","startedAt":%s,"statusUpdatedAt":%s}' $$ "\${22}" "$1" "$2" "$now" "$now" >"$HOME/.claude/new"
  mv "$HOME/.claude/new" "$HOME/.claude/sessions/$$.json"
}
record busy ""; echo ready
while :; do
  while [ ! -e ask ]; do sleep 0.05; done
  record waiting "input needed"
  while [ -e ask ]; do sleep 0.05; done
  record busy ""
done`;
