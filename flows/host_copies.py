"""What is remembered of hosts and origins, copied into the warehouse with what they brought."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from transforms.optouts import of_origins

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from transforms.records import Batch, OptOut
    from warehouse.state import State


def with_hosts(
    state: State, batch: Batch, sources: Mapping[str, str], declared: Iterable[OptOut]
) -> Batch:
    """Return a batch with the state of its hosts and with the objections that they declare.

    Args:
        state: where the state of hosts is remembered.
        batch: what is to be loaded.
        sources: the outlet of each host.
        declared: what answers and pages declare; the documents of origins are added.
    """
    documents = state.origin_documents(sources)
    return replace(
        batch,
        host_states=state.host_states(sources),
        origin_documents=documents,
        opt_outs=(*of_origins(documents, sources), *declared),
    )
