"""Imported by the fork server alone: loads what every worker needs, once for all of them.

The import has an effect by intent: the language model and the first compiled
patterns take over a second, which a replaced worker must not pay again.
"""

from transforms.articles import warm_up

warm_up()
