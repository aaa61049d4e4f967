"""Explains what drives a model's answers, in a child that is shut in; the law of this room.

`explain` draws rows of the data, has the child attribute the model's answers to the features with
shap, and returns the whole measurement: no row of the data leaves the child but those that were
asked for by number, or one for an example. Attributions are Shapley values against a background of
drawn rows, and how far they can be relied on (additivity, stability over draws) stands beside them.
An explanation says what the model does, never what causes the outcome in the world. The room knows
nothing of Django.
"""

from audits.explaining.explanations import LIMITS, explain

__all__ = ["LIMITS", "explain"]
