"""From a dossier (a plain dict) to the bytes of a PDF, and to the sealed PDF.

Nothing here knows Celery, a database or the clock: the same dossier gives the same bytes. What a
dossier lacks is refused with the whole list, and never left out. What is printed can be translated;
the files inside the PDF are exactly the texts that were handed in.
"""

from audits.rendering.document import render
from audits.rendering.seal import SealStatus, check_seal, fingerprint_of, seal
from audits.rendering.signers import demo_signer, signer_from_pkcs12

__all__ = [
    "SealStatus",
    "check_seal",
    "demo_signer",
    "fingerprint_of",
    "render",
    "seal",
    "signer_from_pkcs12",
]
