"""Pure decisions: enumerations, tables, canonical text, the chain. Standard library only.

Nothing in this room knows Django, a database or the clock: what a rule needs, it is handed.
"""
