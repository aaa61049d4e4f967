"""Temporary."""
import threading

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from registry.models import Entry
from registry.models import PolicyEdition as Policy


def test_policies_are_there(db): assert Policy.objects.exists()
def test_commits_are_seen_by_threads(committed_db):
    from tests.cast import gather
    gather()
    got=[]
    def look():
        got.append(get_user_model().objects.count()); connection.close()
    t=threading.Thread(target=look); t.start(); t.join()
    assert got[0]>5
def test_the_next_one_is_clean(committed_db): assert not get_user_model().objects.exists()
def test_rollback_after(db): assert not get_user_model().objects.exists(); assert Policy.objects.exists()
def test_stack(stack):
    r=stack.manage("verify_journal"); print(r.stdout,r.stderr); assert r.returncode==0
    stack.start("beat")
def test_page(page, stack, complaints):
    from tests.cast import PASSWORD, gather
    stack.ask(gather)
    page.goto("/"); print(page.title(), page.url)
    page.fill("input[name=username]","scientist"); page.fill("input[name=password]",PASSWORD); page.press("input[name=password]","Enter"); page.wait_for_url("**/"); page.wait_for_load_state()
    print(page.url); page.screenshot(path="/tmp/launchlab/shot.png")
    with pytest.raises(Exception, match="async context"): Entry.objects.count()
    assert stack.ask(Entry.objects.count)>0
def test_db_after_page(db): assert Policy.objects.exists()
