"""The demo: real data, models trained on the spot, and a story with something to do for everybody.

Everything goes through the services that people use, each step as the person whose step it is; a
step that is done already is left out, so the demo can be loaded again at any time.
"""
