"""Named connections: data that stays where it is and is asked by reviewed queries.

The law of this room: read only, and counts alone come back. A connection is what an administrator
configured under a name; nothing of it but name, kind and description may reach a page, a log or an
error. No Django; heavy libraries are imported inside the function that needs them.
"""
