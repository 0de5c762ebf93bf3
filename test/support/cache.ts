const { CLAUDE_BOTTLE_TEST_CACHE, XDG_CACHE_HOME, HOME } = process.env;

/**
 * Where what the tests download is kept, outside the checkout: CLAUDE_BOTTLE_TEST_CACHE; else, for root, where every user
 * may read, since root tests as other users too.
 */
export const testCache =
  CLAUDE_BOTTLE_TEST_CACHE ??
  (process.getuid?.() === 0 ? "/var/cache/claude-bottle" : `${XDG_CACHE_HOME ?? `${HOME}/.cache`}/claude-bottle-test`);
