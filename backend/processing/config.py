"""Where things are, decided by the environment that main gives a sidecar."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def get_models_cache_dir() -> Path:
    """The writable models directory: `CONTENTCACHE_MODELS_DIR`, else `.contentcache/models` of the checkout."""
    configured = os.environ.get("CONTENTCACHE_MODELS_DIR")
    return Path(configured) if configured else CHECKOUT / ".contentcache" / "models"


def get_bundled_models_dir() -> Path | None:
    """The read-only models an installed app brings along: `CONTENTCACHE_BUNDLED_MODELS_DIR`, or None."""
    configured = os.environ.get("CONTENTCACHE_BUNDLED_MODELS_DIR")
    return Path(configured) if configured else None
