"""How much is tried: little in every run, as much as one has time for with CONTENTCACHE_FUZZ_ROUNDS=50."""

import os

ROUNDS = max(1, int(os.environ.get("CONTENTCACHE_FUZZ_ROUNDS", "1")))
