"""Words of a form in an address are told from an address that somebody wrote, and from a variable."""

import pytest

from accord.sources._unfilled import unfilled


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("https://hooks.slack.com/services/YOUR/SLACK/WEBHOOK", "YOUR/SLACK/WEBHOOK"),
        ("https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX", "T00000000/B00000000"),
        ("https://discord.com/api/webhooks/your-webhook-id", "your-webhook-id"),
        ("your-email@mail.test", "your-email"),
        ("xxx@xxx.com", "xxx"),
        ("#CHANGEME", "CHANGEME"),
        ("https://hooks.shop.test/<token>", "<token>"),
        ("http://127.0.0.1:5001/", "127.0.0.1:5001"),
    ],
)
def test_words_of_a_form_are_found(text, words):
    assert unfilled(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "https://hooks.slack.com/services/T024BE7LD/B8XXA21/aXxXxb12",
        "${YOUR_WEBHOOK}",
        "{{ .YourHook }}",
        "http://localhost:5001/alerts",
        "http://pager:5001/",
        "oncall@shop.example",
        "#todo-list",
        "team@example.org",
        "the-yourls-channel",
        "",
    ],
)
def test_an_address_that_somebody_wrote_is_one(text):
    assert unfilled(text) == ""
