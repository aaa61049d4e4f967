"""Verbs, and the only writers. Each is atomic, keyword-only, and says on whose behalf (`by=`).

A verb reads top to bottom: lock, may this person, may this step, objections, write, journal.
`by=None` is the installation itself: an operator's command or a scheduled task.
"""
