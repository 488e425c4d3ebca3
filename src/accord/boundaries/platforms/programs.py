"""What a program does where nobody wrote anything, as a statement that a finding can cite: which versions, which source."""

from accord.defaults.reader import deciding
from accord.model.fact import PARTY, Fact, Stance


def by_default(platform: str, term: str, near: Fact) -> Fact | None:
    """The default of `prometheus` or `alertmanager` for a term, at the place of the statement that leaves it open."""
    default = deciding(platform, term)
    if default is None:
        return None
    return Fact(
        near.says,
        Stance.DEFAULT,
        "",
        near.provider,
        PARTY,
        term,
        default.value,
        default.text,
        near.place,
        default.layer,
        near.scope,
        default.platform,
        default.versions,
    )
