"""Wiring only: settings, addresses, the queue. Nothing here is imported by the apps."""

from mlops_gov.celery import app as celery_app

__all__ = ["celery_app"]
