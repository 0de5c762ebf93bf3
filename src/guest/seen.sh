# seen PATH...: prints the identity (device and inode) of each shared directory, and when it last changed.
for path; do stat -c '%d:%i %Z' -- "$path" 2>/dev/null || echo -; done
