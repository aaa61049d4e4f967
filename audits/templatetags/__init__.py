"""Filters of the audits' templates."""
