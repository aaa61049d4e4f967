"""What the beat asks for by itself, and how often, in seconds."""

from __future__ import annotations

from celery.schedules import crontab

CELERY_BEAT_SCHEDULE = {
    "reap lost runs and reports": {"task": "audits.reap", "schedule": 30.0},
    "let monitors look": {"task": "audits.watch", "schedule": 300.0},
    "settle gates": {"task": "registry.settle_gates", "schedule": 60.0},
    "watch what is live": {"task": "registry.watch_deployments", "schedule": 60.0},
    "send events again": {"task": "registry.deliver_waiting", "schedule": 60.0},
    "send mail again": {"task": "registry.send_waiting_mail", "schedule": 60.0},
    "write daily mails": {"task": "registry.gather_digests", "schedule": 900.0},
    "delete rows when due": {"task": "registry.keep_house", "schedule": 3600.0},
    "delete predictions when due": {"task": "audits.keep_house", "schedule": 3600.0},
    "sign the journal": {"task": "registry.make_checkpoint", "schedule": 3600.0},
    "write checkpoints outside again": {"task": "registry.deliver_checkpoints", "schedule": 60.0},
    "ask for time stamps again": {"task": "registry.stamp_checkpoints", "schedule": 300.0},
    "check the journal": {
        "task": "registry.check_journal",
        "schedule": crontab(hour="2", minute="30"),
    },
    "check the store": {
        "task": "registry.check_store",
        "schedule": crontab(hour="3", minute="15"),
    },
}
