"""Records what a data set holds, shut in; the law of this room.

`record_data` has the child (`child`) read the raw file, which nobody has checked yet, and returns a
whole measurement of the kind "data": columns, labels, duplicates and overlaps. It counts and never
keeps rows. The room knows nothing of Django.
"""

from audits.profiling.recordings import LIMITS, record_data

__all__ = ["LIMITS", "record_data"]
