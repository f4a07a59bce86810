"""How much random tests try: every day, or in the long campaign (CAMPAIGN=1 in the environment)."""

import os

CAMPAIGN = os.environ.get("CAMPAIGN", "0") not in ("", "0")


def size(everyday: int, campaign: int) -> int:
    return campaign if CAMPAIGN else everyday
