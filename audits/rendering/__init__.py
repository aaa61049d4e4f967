"""From a dossier (a plain dict) to the bytes of a PDF, and to the sealed PDF.

Nothing here knows Celery, a database or the clock: the same dossier gives the same bytes. What a
dossier lacks is refused with the whole list, and never left out. What is printed can be translated;
the files inside the PDF are exactly the texts that were handed in.
"""

from audits.rendering.document import render
from audits.rendering.hardware import signer_in_token
from audits.rendering.seal import fingerprint_of, seal
from audits.rendering.seal_checks import SealStatus, check_seal
from audits.rendering.signers import demo_signer, signer_from_pkcs12
from audits.rendering.stamping import Stamping, roots_from

__all__ = [
    "SealStatus",
    "Stamping",
    "check_seal",
    "demo_signer",
    "fingerprint_of",
    "render",
    "roots_from",
    "seal",
    "signer_in_token",
    "signer_from_pkcs12",
]
