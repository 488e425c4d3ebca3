"""A subject is a party and an operation, also where the party's local name has a slash of its own."""

import pytest

from accord.model.finding import Finding, Verdict
from accord.model.subject import called, operation_of, provider_of


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


@pytest.mark.parametrize(
    ("party", "name"),
    [
        ("prometheus:rules/a.yml#disks/DiskFull", "DiskFull"),
        ("prometheus:rules/a.yml#disks/DiskFull#2", "DiskFull"),
        ("prometheus:prometheus.yml", "prometheus:prometheus.yml"),
        ("payments", "payments"),
    ],
)
def test_a_party_is_called_by_what_people_know(party: str, name: str):
    assert called(party) == name


def test_a_title_names_the_alert_and_the_receiver():
    found = Finding(Verdict.NOTE, "", (), "prometheus:a.yml#disks/DiskFull", "alertmanager:am.yml", "default")
    assert found.title == "DiskFull -> default"
    assert Finding(Verdict.NOTE, "", (), "checkout", "payments", "charge").title == "checkout -> payments/charge"
