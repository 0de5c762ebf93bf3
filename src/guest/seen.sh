# seen PATH...: says of each directory that the host shares which one it is (device and number) and when it last changed.
for path; do stat -c '%d:%i %Z' -- "$path" 2>/dev/null || echo -; done
