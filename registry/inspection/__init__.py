"""Looks at what people hand in without trusting it; the law of this room.

Nothing handed in is parsed by the process that serves people: bytes are recognised by a few cheap
looks at their beginning, and everything deeper (a model's own loader, a native table reader) runs
in a child process that is shut in (`sandbox`, `serving`, `confinements`). The room knows nothing of
Django and nothing of what is kept; it may import `registry.rules` and third parties, and heavy
libraries only inside the function that needs them.
"""
