"""prometheus.yml: how often a server reads its targets and evaluates its rules, which rules, and where alerts go."""

import re
from collections.abc import Iterable, Mapping

from accord.model.fact import Fact
from accord.model.problem import Problem
from accord.sources._rule_groups import FORMAT, LABEL
from accord.sources._strict import Stating
from accord.sources._yaml import Document, Entry, child, items

_TOP_KEYS = (
    *("global", "runtime", "rule_files", "scrape_config_files", "scrape_configs", "alerting"),
    *("remote_write", "remote_read", "storage", "tracing", "otlp"),
)
_OTHERS_KEYS = ("tests", "route", "receivers", "exporters", "positions", "clients", "server", "services", "groups")
"""Keys by which a file is another program's: a test of rules, Alertmanager, a collector of logs or telemetry."""

_GLOBAL_KEYS = (
    *("scrape_interval", "scrape_timeout", "scrape_protocols", "evaluation_interval", "rule_query_offset"),
    *("external_labels", "query_log_file", "scrape_failure_log_file", "body_size_limit", "sample_limit"),
    *("target_limit", "label_limit", "label_name_length_limit", "label_value_length_limit", "keep_dropped_targets"),
    *("metric_name_validation_scheme", "metric_name_escaping_scheme", "convert_classic_histograms_to_nhcb"),
    *("always_scrape_classic_histograms", "scrape_native_histograms", "extra_scrape_metrics"),
)
OF_GLOBAL = ("scrape_interval", "evaluation_interval", "external_labels")
"""Keys by which what is global is known to be a server's."""

_CLIENT_KEYS = (
    *("basic_auth", "authorization", "oauth2", "sigv4", "tls_config", "http_headers", "bearer_token"),
    *("bearer_token_file", "proxy_url", "no_proxy", "proxy_from_environment", "proxy_connect_header"),
    *("follow_redirects", "enable_http2", "scheme", "static_configs", "relabel_configs"),
)
_RELABELLING = "alert_relabel_configs"
_ALERTMANAGER_KEYS = (*_CLIENT_KEYS, "path_prefix", "timeout", "api_version", _RELABELLING)
_JOB_KEYS = (
    *_CLIENT_KEYS,
    *("job_name", "honor_labels", "honor_timestamps", "track_timestamps_staleness", "params", "metrics_path"),
    *("scrape_interval", "scrape_timeout", "scrape_protocols", "fallback_scrape_protocol", "enable_compression"),
    *("scrape_classic_histograms", "always_scrape_classic_histograms", "convert_classic_histograms_to_nhcb"),
    *("scrape_native_histograms", "scrape_failure_log_file", "body_size_limit", "sample_limit", "target_limit"),
    *("label_limit", "label_name_length_limit", "label_value_length_limit", "native_histogram_bucket_limit"),
    *("native_histogram_min_bucket_factor", "keep_dropped_targets", "metric_name_validation_scheme"),
    *("metric_name_escaping_scheme", "extra_scrape_metrics", "metric_relabel_configs"),
)
_DISCOVERY = "_sd_configs"
"""The end of the keys that look targets up; there are many kinds, and more with each version."""

_OF_PROMTAIL = (
    *("pipeline_stages", "journal", "syslog", "loki_push_api", "windows_events", "gcplog", "kafka", "gelf"),
    *("azure_event_hub", "cloudflare", "heroku_drain"),
)
"""What jobs of Promtail, which reads logs, say and those of Prometheus do not (Promtail, reference of scrape_configs)."""

_PATTERN = re.compile(r"[^*]*(\*[^/]*)?")
_DEFAULT_INTERVAL = 60_000_000_000


def is_server(document: Document) -> bool:
    """Whether a document without a kind is the configuration of a server."""
    keys = {entry.key for entry in document.node.value}
    if not keys.isdisjoint(_OTHERS_KEYS):
        return False
    if any(
        child(job, key) is not None for job in items(child(document.node, "scrape_configs")) for key in _OF_PROMTAIL
    ):
        return False
    if "scrape_configs" in keys or {"rule_files", "alerting"} <= keys:
        return True
    written = child(document.node, "global")
    return written is not None and any(child(written, key) is not None for key in OF_GLOBAL)


def read_server(document: Document) -> Iterable[Fact | Problem]:
    """The facts of one server and of each of its jobs."""
    server = _Server(document)
    server.read(server.fields(document.node, "configuration", _TOP_KEYS))
    return server.found


class _Server(Stating):
    def __init__(self, document: Document) -> None:
        super().__init__(document, FORMAT, "Prometheus")
        self.party = f"prometheus:{document.file}"
        self.interval = _DEFAULT_INTERVAL

    def read(self, top: Mapping[str, Entry]) -> None:
        if "global" in top:
            self.read_global(self.fields(top["global"].value, "global", _GLOBAL_KEYS))
        self.read_rule_files(top.get("rule_files"))
        if "alerting" in top:
            alerting = self.fields(top["alerting"].value, "alerting", ("alertmanagers", _RELABELLING))
            self.read_relabelling(alerting.get(_RELABELLING), True)
            self.read_alerting(alerting)
        names: set[str] = set()
        for node in self.sequence(top.get("scrape_configs"), "scrape_configs"):
            job = self.fields(node, "scrape_config", _JOB_KEYS, _DISCOVERY)
            name = self.text(job.get("job_name"), "job_name")
            if not name:
                self.refuse(node, "this scrape_config has no job_name")
            elif name in names:
                self.refuse(job["job_name"].value, f"the job {name!r} stands here a second time")
            else:
                names.add(name)
                self.read_job(name, job)

    def read_global(self, fields: Mapping[str, Entry]) -> None:
        intervals = {"scrape_interval": "scrape.interval", "evaluation_interval": "evaluation.interval"}
        for key, term in intervals.items():
            read = self.duration(fields.get(key), key)
            if read and read[0]:
                self.say(self.party, term, *read, self.place(fields[key].at))
                if key == "scrape_interval":
                    self.interval = read[0]
        timeout = self.duration(fields.get("scrape_timeout"), "scrape_timeout")
        if timeout and timeout[0] > self.interval:
            self.refuse(fields["scrape_timeout"].value, f"scrape_timeout: {timeout[1]} is longer than scrape_interval")
        labels = fields.get("external_labels")
        for name, entry in self.fields(labels.value, "external_labels").items() if labels else ():
            text = self.scalar(entry.value, name)
            if not LABEL.fullmatch(name):
                self.refuse(entry.key_node, f"external_labels: {name!r} is no name of a label")
            self.say(self.party, f"external_label.{name}", text, text, self.place(entry.at))

    def read_relabelling(self, entry: Entry | None, for_all: bool) -> None:
        """The labels that alerts are given anew on their way; which value is known only where every alert gets the same."""
        for node in self.sequence(entry, _RELABELLING):
            fields = self.fields(node, _RELABELLING)
            name, text = self.text(fields.get("target_label"), "target_label"), "$"
            if for_all and fields.keys() == {"target_label", "replacement"}:
                text = self.text(fields["replacement"], "replacement") or text
            if LABEL.fullmatch(name):
                self.say(self.party, f"relabelled.{name}", text, text, self.place(fields["target_label"].at))

    def read_rule_files(self, entry: Entry | None) -> None:
        patterns = [self.scalar(node, "rule_files") for node in self.sequence(entry, "rule_files")]
        for pattern, node in zip(patterns, self.sequence(entry, "rule_files"), strict=True):
            if not _PATTERN.fullmatch(pattern):
                self.refuse(node, f"rule_files: `*` can stand in the last part of a path only, read {pattern!r}")
        if entry is not None and patterns:
            self.say(self.party, "rule_files", tuple(patterns), ", ".join(patterns), self.place(entry.at))

    def read_alerting(self, fields: Mapping[str, Entry]) -> None:
        """Where alerts are sent: the addresses that are written, or the names that are looked up."""
        entry = fields.get("alertmanagers")
        addresses: list[str] = []
        for node in self.sequence(entry, "alertmanagers"):
            one = self.fields(node, "alertmanagers", _ALERTMANAGER_KEYS, _DISCOVERY)
            self.read_relabelling(one.get(_RELABELLING), False)
            for key, inner in (("static_configs", "targets"), ("dns_sd_configs", "names")):
                known = (inner, "labels") if key == "static_configs" else ()
                addresses += self.listed(one.get(key), key, inner, known)
        if entry is not None and addresses:
            self.say(self.party, "alertmanagers", tuple(addresses), ", ".join(addresses), self.place(entry.at))

    def listed(self, entry: Entry | None, key: str, inner: str, known: tuple[str, ...]) -> list[str]:
        """The texts of the inner lists, such as the targets of static_configs."""
        found: list[str] = []
        for group in self.sequence(entry, key):
            part = self.fields(group, key, known).get(inner)
            found += [self.scalar(node, inner) for node in self.sequence(part, inner)]
        return found

    def read_job(self, name: str, job: Mapping[str, Entry]) -> None:
        party = f"{self.party}#job/{name}"
        self.listed(job.get("static_configs"), "static_configs", "targets", ("targets", "labels"))
        self.say(party, "scrape.job", name, name, self.place(job["job_name"].at))
        interval = self.duration(job.get("scrape_interval"), "scrape_interval")
        timeout = self.duration(job.get("scrape_timeout"), "scrape_timeout")
        if interval and interval[0]:
            self.say(party, "scrape.interval", *interval, self.place(job["scrape_interval"].at))
        if timeout and timeout[0] > (interval[0] if interval and interval[0] else self.interval):
            self.refuse(job["scrape_timeout"].value, f"scrape_timeout: {timeout[1]} is longer than scrape_interval")
