# rest TENTHS: asks every process of the bottle to end, and gives them that many tenths of a second.
kill -TERM -1
kill -CONT -1
tenths=$1
while [ "$tenths" -gt 0 ] && kill -0 -1; do
  sleep 0.1
  tenths=$((tenths - 1))
done
