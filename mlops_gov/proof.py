"""Settings of what proves something later: seals, checkpoints, people's keys, and what is kept."""

from __future__ import annotations

from mlops_gov.environment import (
    as_key,
    as_size,
    env,
    env_int,
    env_list,
    env_secret,
    kept_secret,
    private_folder,
)
from mlops_gov.fingerprints import as_fingerprints
from mlops_gov.places import VAR
from mlops_gov.seals import as_key_place, as_level, as_tsa_url
from mlops_gov.sinks import as_interval, as_sinks

# --- The seal of a report -------------------------------------------------------------------------
SEAL_PKCS12 = env("SEAL_PKCS12")
SEAL_PASSPHRASE = env_secret("SEAL_PASSPHRASE")
SEAL_FOLDER = VAR / "keys" / "seal"
# Or in a token; with a PIN, where it asks for one.
SEAL_PKCS11_MODULE, SEAL_PKCS11_TOKEN, SEAL_PKCS11_LABEL, SEAL_PKCS11_PIN = as_key_place(
    pkcs12=SEAL_PKCS12,
    module=env("SEAL_PKCS11_MODULE"),
    token=env("SEAL_PKCS11_TOKEN"),
    label=env("SEAL_PKCS11_LABEL"),
    pin=env_secret("SEAL_PKCS11_PIN"),
)
# Who stamps the time (RFC 3161); its roots as a PEM file, where they are to be held to.
TSA_URL = as_tsa_url(env("TSA_URL"))
TSA_ROOTS = env("TSA_ROOTS")
SEAL_LEVEL = as_level(env("SEAL_LEVEL"), TSA_URL)

# Certificates that reports were sealed with before, by their fingerprints.
SEAL_OLD_FINGERPRINTS = as_fingerprints("SEAL_OLD_FINGERPRINTS", env_list("SEAL_OLD_FINGERPRINTS"))
# How often anybody may have a file checked, from one address and from all, and how large it may be.
VERIFY_RATE = env("VERIFY_RATE", "10/m/ip,60/m/key")
VERIFY_LIMIT = env_int("VERIFY_LIMIT_MIB", 32) * 2**20

# --- Checkpoints of the journal -------------------------------------------------------------------
# Signs them. Without the setting it lies in a file, which `manage.py rotate_checkpoint_key` renews.
# The old ones are there until that command has been run with a new CHECKPOINT_KEY.
CHECKPOINT_KEY_PATH = None if env_secret("CHECKPOINT_KEY") else VAR / "keys" / "checkpoint_key"
CHECKPOINT_KEY = as_key(
    "CHECKPOINT_KEY",
    env_secret("CHECKPOINT_KEY") or kept_secret(VAR / "keys" / "checkpoint_key", length=32),
)
CHECKPOINT_OLD_KEYS = [
    as_key("CHECKPOINT_OLD_KEYS", text)
    for text in env_secret("CHECKPOINT_OLD_KEYS").replace(",", " ").split()
]
# After so many entries, beside every decision and every hour.
CHECKPOINT_EVERY = as_interval(env_int("CHECKPOINT_EVERY", 100))
# Where they are written down outside the database.
CHECKPOINT_SINKS = as_sinks(
    env_list("CHECKPOINT_SINKS", (VAR / "checkpoints" / "checkpoints.jsonl").absolute().as_uri())
)

# --- People's names -------------------------------------------------------------------------------
# Wraps the key of each person, under which the journal holds their names. The old ones are there to
# read with, until `manage.py rotate_people_key` has wrapped every person's key anew.
private_folder(VAR / "keys")
PEOPLE_KEY = as_key(
    "PEOPLE_KEY", env_secret("PEOPLE_KEY") or kept_secret(VAR / "keys" / "people_key", length=32)
)
PEOPLE_OLD_KEYS = [
    as_key("PEOPLE_OLD_KEYS", text)
    for text in env_secret("PEOPLE_OLD_KEYS").replace(",", " ").split()
]
# Who was erased and when, outside the database: a restored backup still holds their keys.
ERASURES_FILE = VAR / "keys" / "erasures.jsonl"

# --- Backups --------------------------------------------------------------------------------------
# The keys this installation made itself; they go into an archive of their own.
KEYS_FOLDER = VAR / "keys"

# --- What is kept ---------------------------------------------------------------------------------
# How much of the store is read against its digests in one night, the longest unread first.
STORE_CHECK_BYTES = as_size("STORE_CHECK_GIB", env_int("STORE_CHECK_GIB", 100))
