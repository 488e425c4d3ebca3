"""What may stand in an Alertmanager file: the keys of each map, the kind of each value, what is needed and what excludes what.

Read in the source of github.com/prometheus/alertmanager, config/ and notify/, releases 0.25 to 0.34: a key is known
here as soon as one of them knows it, since a file does not say which release it is for.
"""

Shape = dict[str, str]
"""The kind of the value under each key: a scalar kind, `@name` for a map of that shape, `*name` for a list of them, `route`
for what is walked elsewhere, `tree` for a map of anything, `any` for anything."""


def _shape(keys: str) -> Shape:
    """`a b=flag` as a shape; a key without a kind holds a text."""
    return {key: kind or "text" for key, _, kind in (word.partition("=") for word in keys.split())}


_HTTP = """http_config=@http send_resolved=flag"""
_HOOK = f"webhook_url=secret webhook_url_file {_HTTP}"
_MATCHERS = "match=labels match_re=patterns matchers=matchers"

SHAPES: dict[str, Shape] = {
    name: _shape(keys)
    for name, keys in {
        "file": """global=@global route=route inhibit_rules=*inhibition receivers=*receiver templates=texts
            mute_time_intervals=*calendar time_intervals=*calendar tracing=@tracing event_recorder=any""",
        "global": """resolve_timeout=duration http_config=@http jira_api_url=url smtp_from smtp_hello
            smtp_smarthost=address smtp_auth_username smtp_auth_password smtp_auth_password_file smtp_auth_secret
            smtp_auth_secret_file smtp_auth_identity smtp_require_tls=flag smtp_tls_config=@tls
            smtp_force_implicit_tls=flag slack_api_url=secret slack_api_url_file slack_app_token slack_app_token_file
            slack_app_url=url pagerduty_url=url opsgenie_api_url=url opsgenie_api_key opsgenie_api_key_file
            wechat_api_url=url wechat_api_secret wechat_api_secret_file wechat_api_corp_id victorops_api_url=url
            victorops_api_key victorops_api_key_file telegram_api_url=url telegram_bot_token telegram_bot_token_file
            webex_api_url=url rocketchat_api_url=url rocketchat_token rocketchat_token_file rocketchat_token_id
            rocketchat_token_id_file mattermost_webhook_url=secret mattermost_webhook_url_file""",
        "route": f"""receiver group_by=texts {_MATCHERS} mute_time_intervals=texts active_time_intervals=texts
            continue=flag routes=route group_wait=duration group_interval=duration repeat_interval=duration
            labels=map""",
        "inhibition": """name source_match=labels source_match_re=patterns source_matchers=matchers target_match=labels
            target_match_re=patterns target_matchers=matchers equal=texts""",
        "calendar": "name time_intervals=*span",
        "span": """times=*times weekdays=weekdays days_of_month=days months=months years=years location=zone""",
        "times": "start_time end_time",
        "receiver": """name labels=map discord_configs=*discord email_configs=*email incidentio_configs=*incidentio
            pagerduty_configs=*pagerduty slack_configs=*slack webhook_configs=*webhook opsgenie_configs=*opsgenie
            wechat_configs=*wechat pushover_configs=*pushover victorops_configs=*victorops sns_configs=*sns
            telegram_configs=*telegram webex_configs=*webex msteams_configs=*msteams
            msteamsv2_configs=*msteamsv2 jira_configs=*jira rocketchat_configs=*rocketchat
            mattermost_configs=*mattermost""",
        "discord": f"{_HOOK} content title message username avatar_url",
        "email": """send_resolved=flag to from hello smarthost=address auth_username auth_password auth_password_file
            auth_secret auth_secret_file auth_identity headers=map html text require_tls=flag tls_config=@tls
            force_implicit_tls=flag threading=@threading""",
        "incidentio": f"""{_HTTP} url=url url_file alert_source_token alert_source_token_file max_alerts=number
            timeout=time""",
        "pagerduty": f"""{_HTTP} service_key service_key_file routing_key routing_key_file url=url client client_url
            description details=tree images=*pagerduty_image links=*pagerduty_link source severity class component
            group timeout=time""",
        "slack": f"""{_HTTP} api_url=secret api_url_file app_token app_token_file app_url=url channel username color
            title title_link pretext text message_text fields=*slack_field short_fields=flag footer fallback
            callback_id icon_emoji icon_url image_url thumb_url link_names=flag mrkdwn_in=texts
            actions=*slack_action update_message=flag timeout=time""",
        "webhook": f"{_HTTP} url=secret url_file max_alerts=number timeout=time payload=any",
        "opsgenie": f"""{_HTTP} api_key api_key_file api_url=url message description source details=map entity
            responders=*responder actions tags note priority update_alerts=flag""",
        "wechat": f"""{_HTTP} api_secret api_secret_file corp_id message api_url=url to_user to_party to_tag agent_id
            message_type""",
        "pushover": f"""{_HTTP} user_key user_key_file token token_file title message url url_title device sound
            priority retry=spelled_time expire=spelled_time ttl=spelled_time html=flag monospace=flag""",
        "victorops": f"""{_HTTP} api_key api_key_file api_url=url routing_key message_type state_message
            entity_display_name monitoring_tool custom_fields=map""",
        "sns": f"""{_HTTP} api_url sigv4=@sigv4 topic_arn phone_number target_arn subject message attributes=map
            use_aws_http_client=flag""",
        "telegram": f"""{_HTTP} api_url=url bot_token bot_token_file chat_id=number chat_id_file
            message_thread_id=number message disable_notifications=flag parse_mode""",
        "webex": f"{_HTTP} api_url=url message room_id",
        "msteams": f"{_HOOK} title summary text",
        "msteamsv2": f"{_HOOK} title text",
        "jira": f"""{_HTTP} api_url=url api_type project summary=any description=any labels=texts priority issue_type
            reopen_transition resolve_transition wont_fix_resolution reopen_duration=duration fields=any
            custom_fields=any""",
        "rocketchat": f"""{_HTTP} api_url=url token_id token_id_file token token_file channel color title title_link
            text fields=any short_fields=flag emoji icon_url image_url thumb_url link_names=flag actions=any""",
        "mattermost": f"""{_HOOK} channel username text fallback color pretext author_name author_link author_icon
            title title_link fields=*mattermost_field thumb_url footer footer_icon image_url icon_url icon_emoji
            attachments=any type props=any priority=any""",
        "pagerduty_image": "src alt href",
        "pagerduty_link": "href text",
        "slack_field": "title value short=flag",
        "mattermost_field": "title value short=flag",
        "slack_action": "type text url style name value confirm=@slack_confirmation",
        "slack_confirmation": "text title ok_text dismiss_text",
        "responder": "id name username type",
        "threading": "enabled=flag thread_by_date",
        "sigv4": "region access_key secret_key profile role_arn external_id use_fips_sts_endpoint=flag",
        "http": """basic_auth=@basic_auth authorization=@authorization oauth2=@oauth2 bearer_token bearer_token_file
            tls_config=@tls follow_redirects=flag enable_http2=flag proxy_url=any no_proxy
            proxy_from_environment=flag proxy_connect_header=any http_headers=any""",
        "basic_auth": "username username_file username_ref password password_file password_ref",
        "authorization": "type credentials credentials_file credentials_ref",
        "oauth2": """client_id client_secret client_secret_file client_secret_ref client_certificate_key_id
            client_certificate_key client_certificate_key_file client_certificate_key_ref grant_type
            signature_algorithm iss audience claims=any scopes=texts token_url endpoint_params=map tls_config=@tls
            proxy_url=any no_proxy proxy_from_environment=flag proxy_connect_header=any""",
        "tls": """ca cert key ca_file cert_file key_file ca_ref cert_ref key_ref server_name insecure_skip_verify=flag
            min_version max_version""",
        "tracing": """client_type endpoint sampling_fraction=any insecure=flag tls_config=@tls headers=any compression
            timeout=duration""",
    }.items()
}

KINDS: dict[str, str] = {
    key: kind.removeprefix("*") for key, kind in SHAPES["receiver"].items() if key.endswith("_configs")
}
"""The kind of integration, and the shape, under each key of a receiver."""

EXCLUDING: dict[str, tuple[tuple[str, ...], ...]] = {
    "global": (
        ("slack_app_token", "slack_app_token_file"),
        ("slack_api_url", "slack_api_url_file"),
        ("slack_api_url", "slack_app_token"),
        ("slack_api_url", "slack_app_token_file"),
        ("opsgenie_api_key", "opsgenie_api_key_file"),
        ("victorops_api_key", "victorops_api_key_file"),
        ("telegram_bot_token", "telegram_bot_token_file"),
        ("smtp_auth_password", "smtp_auth_password_file"),
        ("smtp_auth_secret", "smtp_auth_secret_file"),
        ("rocketchat_token", "rocketchat_token_file"),
        ("rocketchat_token_id", "rocketchat_token_id_file"),
        ("wechat_api_secret", "wechat_api_secret_file"),
        ("mattermost_webhook_url", "mattermost_webhook_url_file"),
    ),
    "discord": (("webhook_url", "webhook_url_file"),),
    "msteams": (("webhook_url", "webhook_url_file"),),
    "msteamsv2": (("webhook_url", "webhook_url_file"),),
    "mattermost": (("webhook_url", "webhook_url_file"),),
    "incidentio": (("url", "url_file"), ("alert_source_token", "alert_source_token_file")),
    "pagerduty": (("routing_key", "routing_key_file"), ("service_key", "service_key_file")),
    "slack": (("api_url", "api_url_file"), ("app_token", "app_token_file"), ("api_url", "app_token")),
    "webhook": (("url", "url_file"),),
    "opsgenie": (("api_key", "api_key_file"),),
    "wechat": (("api_secret", "api_secret_file"),),
    "victorops": (("api_key", "api_key_file"),),
    "pushover": (("user_key", "user_key_file"), ("token", "token_file")),
    "telegram": (("bot_token", "bot_token_file"), ("chat_id", "chat_id_file")),
    "rocketchat": (("token", "token_file"), ("token_id", "token_id_file")),
    "http": (
        ("bearer_token", "bearer_token_file"),
        ("basic_auth", "bearer_token"),
        ("basic_auth", "bearer_token_file"),
        ("oauth2", "bearer_token"),
        ("oauth2", "bearer_token_file"),
        ("authorization", "bearer_token"),
        ("authorization", "bearer_token_file"),
        ("basic_auth", "oauth2"),
        ("basic_auth", "authorization"),
        ("oauth2", "authorization"),
    ),
    "basic_auth": (("username", "username_file"), ("password", "password_file")),
    "authorization": (("credentials", "credentials_file"),),
    "oauth2": (("client_secret", "client_secret_file"),),
}
"""Keys of one map of which at most one may have a value."""

NEEDED: dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = {
    "discord": ((("webhook_url", "webhook_url_file"), ()),),
    "msteams": ((("webhook_url", "webhook_url_file"), ()),),
    "msteamsv2": ((("webhook_url", "webhook_url_file"), ()),),
    "mattermost": ((("webhook_url", "webhook_url_file"), ("mattermost_webhook_url", "mattermost_webhook_url_file")),),
    "email": ((("to",), ()), (("smarthost",), ("smtp_smarthost",)), (("from",), ("smtp_from",))),
    "incidentio": ((("url", "url_file"), ()), (("alert_source_token", "alert_source_token_file", "http_config"), ())),
    "pagerduty": ((("routing_key", "service_key", "routing_key_file", "service_key_file"), ()),),
    "slack": (
        (
            ("api_url", "api_url_file", "app_token", "app_token_file"),
            ("slack_api_url", "slack_api_url_file", "slack_app_token", "slack_app_token_file"),
        ),
    ),
    "webhook": ((("url", "url_file"), ()),),
    "opsgenie": ((("api_key", "api_key_file"), ("opsgenie_api_key", "opsgenie_api_key_file")),),
    "wechat": (
        (("api_secret", "api_secret_file"), ("wechat_api_secret", "wechat_api_secret_file")),
        (("corp_id",), ("wechat_api_corp_id",)),
    ),
    "victorops": (
        (("routing_key",), ()),
        (("api_key", "api_key_file"), ("victorops_api_key", "victorops_api_key_file")),
    ),
    "pushover": ((("user_key", "user_key_file"), ()), (("token", "token_file"), ())),
    "telegram": (
        (("bot_token", "bot_token_file"), ("telegram_bot_token", "telegram_bot_token_file")),
        (("chat_id", "chat_id_file"), ()),
    ),
    "webex": ((("room_id",), ()), (("http_config",), ())),
    "jira": ((("project",), ()), (("issue_type",), ()), (("api_url",), ("jira_api_url",))),
    "rocketchat": (
        (("token", "token_file"), ("rocketchat_token", "rocketchat_token_file")),
        (("token_id", "token_id_file"), ("rocketchat_token_id", "rocketchat_token_id_file")),
    ),
    "slack_field": ((("title",), ()), (("value",), ())),
    "mattermost_field": ((("title",), ()), (("value",), ())),
    "slack_action": ((("type",), ()), (("text",), ()), (("name", "url"), ())),
    "slack_confirmation": ((("text",), ()),),
    "responder": ((("id", "name", "username"), ()),),
    "oauth2": ((("client_id",), ()), (("token_url",), ())),
    "receiver": ((("name",), ()),),
    "calendar": ((("name",), ()),),
    "times": ((("start_time",), ()), (("end_time",), ())),
}
"""What a map cannot be without: keys of which one has a value, or else one of these keys of `global`."""

CHOICES: dict[tuple[str, str], tuple[str, ...]] = {
    ("wechat", "message_type"): ("text", "markdown"),
    ("telegram", "parse_mode"): ("Markdown", "MarkdownV2", "HTML"),
    ("jira", "api_type"): ("auto", "cloud", "datacenter"),
}
"""The only words that some keys take."""
