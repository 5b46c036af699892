"""Imported by the fork server alone: loads what workers that read pages need, too.

The import has an effect by intent: the language model and the first compiled
patterns take over a second, which a replaced worker must not pay again.

The garbage collector is called less often than usual: a page is read by way of a hundred
thousand small objects, nearly none of them in a cycle.
"""

import gc
from importlib import import_module

from transforms.articles import warm_up

COLLECTED_AFTER = 20_000  # objects

import_module("flows.workers_feeds")
warm_up()
gc.collect()
gc.freeze()
gc.set_threshold(COLLECTED_AFTER)
