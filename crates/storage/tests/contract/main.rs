//! What a store promises, on every backend: each test below runs on SQLite and on PostgreSQL.
//!
//! PostgreSQL is the server that `EASEL_TEST_POSTGRES` names (`scripts/with-postgres` starts one); every test makes a
//! schema of its own there and drops it. Without the variable those tests are skipped.

// Helpers of tests are not test functions in clippy's eyes.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod accounts;
mod batches;
mod costs;
mod explaining;
mod garbage;
mod histories;
mod holds;
mod large;
mod lifecycle;
mod model;
mod numbers;
mod random_search;
mod resolving;
mod resources;
mod search;
mod several_types;
mod support;
mod time;
mod transactions;
mod walks;

/// Makes a test of each function for each backend.
macro_rules! contract {
    ($($module:ident: $($name:ident)*;)*) => {
        mod on_sqlite {
            $(mod $module {$(
                #[test]
                fn $name() {
                    crate::support::run(crate::support::Fixture::sqlite(), crate::$module::$name);
                }
            )*})*
        }
        mod on_postgres {
            $(mod $module {$(
                #[test]
                fn $name() {
                    if let Some(fixture) = crate::support::Fixture::postgres() {
                        crate::support::run(fixture, crate::$module::$name);
                    }
                }
            )*})*
        }
    };
}

contract! {
    resources:
        a_created_resource_can_be_read
        an_update_makes_a_new_version_and_keeps_the_old_ones
        what_is_read_over_and_over_is_always_the_current_version
        a_deletion_is_a_version_without_body
        a_deleted_resource_can_be_written_again
        a_read_never_goes_back_behind_a_write_that_was_answered
        history_is_newest_first_and_pages
        a_version_that_does_not_follow_the_current_one_is_a_conflict
        after_a_conflict_the_unit_may_go_on
        a_put_that_contradicts_itself_fails
        ids_are_case_sensitive_and_types_are_apart
        what_nobody_has_written_is_not_there
        every_current_resource_is_shown_once;
    transactions:
        an_error_of_the_work_rolls_everything_back
        a_unit_sees_its_own_writes
        a_failing_unit_between_good_ones_leaves_no_trace
        rows_that_a_failing_unit_pushed_into_the_tables_are_not_lost
        a_panicking_unit_is_answered_and_leaves_no_trace
        breaking_any_statement_leaves_nothing_behind
        a_full_disk_is_told_and_survived
        a_unit_that_overlooks_a_failure_is_not_kept
        of_many_that_check_and_then_insert_exactly_one_wins
        concurrent_increments_all_count
        concurrent_first_versions_are_conflicts_for_all_but_one
        a_read_sees_one_moment
        a_write_whose_caller_has_left_may_be_skipped_but_not_halved;
    search:
        keys_match_any_of_their_hashes
        keys_of_different_parameters_do_not_meet
        text_is_tested_as_it_is
        like_and_glob_characters_mean_nothing
        nul_characters_are_ignored
        spans_are_tested_as_span_test_says
        last_updated_is_a_span_of_one_millisecond
        ids_match_once_however_often_they_are_given
        not_and_either_combine
        an_empty_list_matches_nothing
        superseded_and_deleted_versions_do_not_match
        missing_values_sort_last_both_ways
        ties_are_broken_by_the_order_of_change
        a_limit_of_zero_only_counts
        totals_do_not_depend_on_the_page
        a_long_list_of_alternatives_is_no_problem;
    numbers:
        numbers_are_tested_as_number_test_says
        units_are_apart
        numbers_sort_by_the_least_or_greatest;
    histories:
        a_type_has_a_history_with_deletions
        a_history_can_begin_somewhere_and_be_of_some_time
        pages_of_a_history_fit_together_whatever_happens_between
        a_page_is_counted_up_to_a_limit_and_a_count_to_the_end
        a_history_leaves_out_what_was_under_way
        a_history_is_few_statements;
    batches:
        many_resources_are_read_in_one_statement
        many_resources_are_read_as_of_a_moment
        what_a_unit_has_read_at_once_it_need_not_read_again
        a_large_transaction_is_few_statements
        of_a_large_transaction_with_a_conflict_nothing_is_written
        a_large_transaction_may_write_one_resource_more_than_once
        of_many_that_search_and_then_create_exactly_one_does;
    large:
        the_first_in_the_order_of_an_index_are_the_first_of_all
        remembered_counts_are_never_stale;
    explaining:
        a_search_is_explained_by_its_own_statements
        several_types_and_chains_are_explained_too;
    resolving:
        a_chain_finds_what_refers_to_what_matches
        has_finds_what_is_referred_to
        resources_are_tested_where_the_index_cannot_tell
        resolving_sees_the_moment_of_the_search
        a_unit_resolves_its_own_writes
        long_lists_are_quick
        a_computed_order_pages
        an_order_that_needs_too_much_memory_is_too_costly;
    several_types:
        one_page_holds_matches_of_several_types
        pages_over_several_types_fit_together
        types_without_resources_cost_nothing;
    random_search:
        searches_find_what_the_model_finds;
    walks:
        a_walk_sees_the_moment_of_its_first_page
        a_walk_over_ids_sees_the_moment_of_its_first_page
        marks_never_go_back
        a_walk_is_not_disturbed_by_transactions_that_were_under_way;
    holds:
        touching_ends_do_not_overlap
        holds_of_every_length_are_found
        open_periods_are_found_and_find
        a_hold_ends_with_its_version
        holds_are_bounded_and_by_start;
    accounts:
        clients_are_kept_until_they_are_removed
        tokens_are_kept_until_they_are_removed_or_expire
        removing_a_client_removes_its_tokens
        settings_are_overwritten;
    time:
        now_is_the_same_throughout_a_unit
        now_does_not_go_back_when_the_clock_does
        now_does_not_go_back_when_the_store_is_opened_again
        now_does_not_go_back_when_everything_is_erased;
    lifecycle:
        a_store_that_is_opened_again_has_everything
        a_closed_store_is_unavailable
        closing_finishes_what_is_queued
        erasing_everything_keeps_accounts_and_settings
        a_newer_schema_is_refused
        a_store_for_other_resource_types_is_refused
        a_store_is_healthy_until_it_is_closed;
    garbage:
        index_rows_of_superseded_versions_are_removed_in_time
        a_walk_longer_than_the_retention_expires
        the_index_can_be_replaced;
    costs:
        a_point_read_is_one_statement_and_on_sqlite_none_when_it_is_remembered
        a_search_is_few_statements
        a_create_is_few_statements_besides_its_index_rows;
}

#[test]
fn a_second_server_on_a_directory_is_refused_but_a_command_is_not() {
    lifecycle::a_second_server_on_a_directory_is_refused_but_a_command_is_not();
}
