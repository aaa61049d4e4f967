"""Settings of what proves something later: seals, checkpoints, people's keys, and what is kept."""

from __future__ import annotations

from mlops_gov.environment import env, env_secret
from mlops_gov.places import VAR

# --- The seal of a report -------------------------------------------------------------------------
SEAL_PKCS12 = env("SEAL_PKCS12")
SEAL_PASSPHRASE = env_secret("SEAL_PASSPHRASE")
SEAL_FOLDER = VAR / "keys" / "seal"
