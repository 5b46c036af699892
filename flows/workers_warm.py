"""Imported by the fork server alone: loads what every worker needs, once for all of them.

The import has an effect by intent: the language model and the first compiled
patterns take over a second, which a replaced worker must not pay again.

In a deployed run the main module is Prefect's engine, which every worker would
import anew, for nothing: two seconds of CPU each. Named as the fork server's own
main module, it counts as imported.

What is loaded is frozen: the collector of each worker would walk it again and again, and
by that copy the memory that they share.
"""

import gc
import sys
from importlib.machinery import ModuleSpec

from transforms.articles import warm_up

ENGINE = "prefect.engine"

warm_up()
sys.modules["__main__"].__spec__ = ModuleSpec(ENGINE, None)
gc.collect()
gc.freeze()
