"""Carries validators/, rules/ and reports/ inside real wheels; an editable install reads them where they stand."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Folders(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the three folders to a wheel as copydesk/_folders/NAME."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            for name in ("validators", "rules", "reports"):
                build_data["force_include"][str(Path(self.root, name))] = f"copydesk/_folders/{name}"
