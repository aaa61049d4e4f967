"""Checks a report that somebody hands in, with the very file that outsiders check it with.

The law of this room: ``static/verify_report.py`` is handed out to be run by itself, so nothing of
ours is in it and nothing of it is imported; it is run as it is, in a child process that is shut in.
"""
