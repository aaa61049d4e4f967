"""What a page shows of each kind of measurement: its content in, a template's context out.

A module a kind, with one function ``parts``. The template of the same name in
``templates/audits/parts/figures/`` shows them.
"""
