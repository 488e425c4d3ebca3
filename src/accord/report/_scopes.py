"""The conditions that a finding holds under, in words: where dimensions have names of ours, what they stand for."""

from accord.report._paint import visible

_OF_SEVERAL = "variant:"
_OF_PODS = "workload:"
_OF_OVERLAYS = "overlay:"


def scoped(name: str, value: str) -> str:
    """`env=prod`; `Deployment/shop/cart is as in prod/cart.yaml`; `kubernetes:shop/pay runs as Deployment/shop/pay-a`.

    Of kustomizations: `overlays/prod is applied`.
    """
    if name.startswith(_OF_SEVERAL):
        other = value.removeprefix("not ")
        return visible(f"{name.removeprefix(_OF_SEVERAL)} is{' not' if other != value else ''} as in {other}")
    if name.startswith(_OF_PODS):
        return visible(f"{name.removeprefix(_OF_PODS)} runs as {value}")
    if name.startswith(_OF_OVERLAYS):
        other = value.removeprefix("not ")
        return visible(f"{other} is{' not' if other != value else ''} applied")
    return visible(f"{name}={value}")
