"""Files that ship with the project beside its code: the contents of `deployments/`."""

from __future__ import annotations

from pathlib import Path

import flows

PACKAGE = Path(flows.__file__).parent


def shipped(name: str) -> Path:
    """Return the path of a shipped file or folder, named as below `deployments/`.

    An installed wheel carries `deployments/` inside this package; a checkout, and
    an editable install of one, has it beside the package.

    Raises: FileNotFoundError if it is in neither place.
    """
    places = [PACKAGE / "deployments" / name, PACKAGE.parent / "deployments" / name]
    for place in places:
        if place.exists():
            return place
    sought = " and ".join(str(place) for place in places)
    raise FileNotFoundError(f"{name} does not ship with this installation; sought at {sought}")
