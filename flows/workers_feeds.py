"""Imported by the fork server alone: loads what every worker needs, once for all of them.

The import has an effect by intent. In a deployed run the main module is Prefect's engine,
and else the command line: named as the fork server's own main module, it counts as imported.

What is loaded is frozen: the collector of each worker would walk it again and again, and
by that copy the memory that they share.
"""

import gc
from importlib import import_module

from flows import fork_server

for needed in ("flows.jobs", "flows.workers", "transforms.feeds"):
    import_module(needed)
fork_server.hide_main()
gc.collect()
gc.freeze()
