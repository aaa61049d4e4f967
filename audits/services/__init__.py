"""Verbs of the audits: ask for a run, carry it out, ask for a report, make it.

They write runs and reports themselves and everything else through the registry's services.
"""
