"""A subject is a party and an operation, also where the party's local name has a slash of its own."""

import pytest

from accord.model.subject import operation_of, provider_of


@pytest.mark.parametrize(
    ("about", "provider", "operation"),
    [
        ("payments/charge", "payments", "charge"),
        ("payments", "payments", ""),
        ("kubernetes:shop/payments/any", "kubernetes:shop/payments", "any"),
        ("kubernetes:/payments/any", "kubernetes:/payments", "any"),
        ("kubernetes:shop/payments", "kubernetes:shop/payments", ""),
        ("gateway:shop/public/any", "gateway:shop/public", "any"),
        ("pagerduty:ops/schedule.web", "pagerduty:ops/schedule.web", ""),
        ("pagerduty:ops/schedule.web/page", "pagerduty:ops/schedule.web", "page"),
        ("dns:www.example.com/any", "dns:www.example.com", "any"),
    ],
)
def test_subjects_are_parted(about: str, provider: str, operation: str):
    assert (provider_of(about), operation_of(about)) == (provider, operation)
