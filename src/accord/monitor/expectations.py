"""The judge of each expectation of accord.model.acts: adding one is adding one function and one line here."""

from collections.abc import Callable

from accord.monitor import (
    broken_alerts,
    broken_calls,
    broken_connections,
    broken_mappings,
    broken_platform,
    broken_recovery,
    broken_statements,
    seeing,
)
from accord.monitor.timeline import Timeline

JUDGES: dict[str, Callable[[Timeline], str]] = {
    "asker-learns-outcome": broken_calls.asker_learns_outcome,
    "effect-once": broken_calls.effect_once,
    "tries-happen": broken_calls.tries_happen,
    "connection-open-when-used": broken_connections.connection_open_when_used,
    "tries-not-cancelled": broken_connections.tries_not_cancelled,
    "load-carried": broken_calls.load_carried,
    "error-understood": broken_calls.error_understood,
    "failure-recognised": broken_calls.failure_recognised,
    "error-not-repeated": broken_calls.error_not_repeated,
    "shown-in-time": broken_recovery.shown_in_time,
    "noticed-before-everywhere": broken_recovery.noticed_before_everywhere,
    "recovered-in-time": broken_recovery.recovered_in_time,
    "somebody-on-duty": broken_recovery.somebody_on_duty,
    "ladder-ends-in-a-person": broken_recovery.ladder_ends_in_a_person,
    "next-page-wakes-another": broken_recovery.next_page_wakes_another,
    "step-ends": broken_recovery.step_ends,
    "owner-exists": broken_statements.owner_exists,
    "promise-rests-on-promises": broken_statements.promise_rests_on_promises,
    "one-recovers": broken_recovery.one_recovers,
    "repair-stands-apart": broken_recovery.repair_stands_apart,
    "question-answered": broken_recovery.question_answered,
    "counts-on-what-is-promised": broken_statements.counts_on_what_is_promised,
    "key-outlives-message": broken_statements.key_outlives_message,
    "kept-until-recovered": broken_recovery.kept_until_recovered,
    "one-command-wins": broken_statements.one_command_wins,
    "alert-heard": broken_alerts.alert_heard,
    "alert-not-held-back": broken_alerts.alert_not_held_back,
    "heard-while-promised": broken_alerts.heard_while_promised,
    "one-value-holds": broken_statements.one_value_holds,
    "promised-to-this-caller": broken_statements.promised_to_this_caller,
    "port-belongs-to-one": broken_mappings.port_belongs_to_one,
    "relation-kept": broken_mappings.relation_kept,
    "work-finishes": broken_platform.work_finishes,
    "happens-as-counted-on": seeing.happens_as_counted_on,
    "drain-ends": broken_platform.drain_ends,
    "pools-fit": broken_platform.pools_fit,
}
