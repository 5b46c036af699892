"""Imported by the fork server alone: loads what workers that read pages need, too.

The import has an effect by intent: the language model and the first compiled
patterns take over a second, which a replaced worker must not pay again.
"""

import gc
from importlib import import_module

from transforms.articles import warm_up

import_module("flows.workers_feeds")
warm_up()
gc.collect()
gc.freeze()
