"""The core suite: the calendar, people, and transactions, which are the delivered events, all of them or listed."""

from __future__ import annotations

from orchestration.quality.suite import Invariant, Room

MONTHS_FOLLOW = """
    select period_id from (
        select period_id, starts_on, ends_on, lag(ends_on) over (order by starts_on) as previous_end from {rows}
    ) as months
    where starts_on >= ends_on or previous_end <> starts_on
    """

# Closed months come from the ledger and come first; which months lie ahead is a question of dates alone.
STATUSES = """
    select period_id, periods.status from {rows} as periods cross join quotaline.build
    where (periods.status = 'future' and periods.starts_on <= build.as_of)
        or (periods.status = 'open' and periods.starts_on > build.as_of)
        or (periods.status = 'closed'
            and periods.starts_on > (select min(starts_on) from {rows} as others where others.status <> 'closed'))
    """

EVENTS_WITHOUT_A_TRACE = """
    select staged.source_system, staged.event_id, staged.raw_file, staged.raw_row_number
    from ({staged_events}) as staged
    anti join {rows} as transactions
        on staged.source_system = transactions.source_system and staged.event_id = transactions.event_id
    anti join (select record_key from core.int_core__exceptions where entity = 'sales_events') as listed
        on staged.event_id = listed.record_key
    """

# By date first: a few thousand sums, which then find their month. Amounts of rows set aside are their own.
RECONCILED = """
    with set_aside as (
        select source_system, raw_file, raw_row_number from core.int_core__sales_events_rejections
        union all
        select source_system, raw_file, raw_row_number from ({staged_events}) as events
        where source_system || ':' || event_id in (
            select transaction_id from core.int_core__reversals where not is_resolved
        )
    ),
    sides as (
        select event_date, currency, count(*) as delivered, sum(coalesce(amount, 0)) as delivered_amount,
            0 as carried, 0 as carried_amount
        from ({staged_events}) as events group by event_date, currency
        union all
        select event_date, currency, 0, 0, count(*), sum(amount) from {rows} group by event_date, currency
        union all
        select event_date, currency, 0, 0, count(*), sum(coalesce(amount, 0))
        from ({staged_events}) as events
        semi join set_aside
            on events.source_system = set_aside.source_system
            and events.raw_file is not distinct from set_aside.raw_file
            and events.raw_row_number is not distinct from set_aside.raw_row_number
        group by event_date, currency
    )
    select days.period_id, sides.currency, sum(delivered) as delivered, sum(carried) as carried,
        sum(delivered_amount) as delivered_amount, sum(carried_amount) as carried_amount
    from sides left join core.int_core__days as days on sides.event_date = days.day_date
    group by days.period_id, sides.currency
    having sum(delivered) <> sum(carried) or sum(delivered_amount) <> sum(carried_amount)
    """

MONTHS_OF_DATES = """
    select transactions.transaction_id, transactions.raw_file, transactions.raw_row_number, transactions.period_id,
        transactions.event_date
    from {rows} as transactions left join core.int_core__days as days on transactions.event_date = days.day_date
    where transactions.period_id is distinct from days.period_id
    """

REVERSED = """
    select reversing.transaction_id, reversing.reversed_transaction_id, reversing.raw_file, reversing.raw_row_number
    from {rows} as reversing
    anti join {rows} as reversed on reversing.reversed_transaction_id = reversed.transaction_id
    where reversing.reversed_transaction_id is not null
    """

FILES = """
    select raw_load_id, raw_file from {rows} where raw_file is not null group by raw_load_id, raw_file
    except select raw_load_id, raw_file from core.dim_landing_files
    """

CORE = Room(
    never_empty=frozenset({"dim_periods"}),  # the calendar always has months; a young company may lack all else
    ranges={
        ("dim_periods", "month_of_year"): (1, 12),
        ("dim_exchange_rates", "rate"): (0.00000001, 1_000_000),
        ("dim_credit_rules", "credit_share"): (0, 10),
    },
    invariants=(
        Invariant("dim_periods", "months_follow_one_another", MONTHS_FOLLOW),
        Invariant("dim_periods", "statuses_follow_ledger_and_as_of", STATUSES),
        Invariant("fct_transactions", "every_event_counts_or_is_listed", EVENTS_WITHOUT_A_TRACE),
        Invariant(
            "fct_transactions",
            "events_reconcile_by_month_and_currency",
            RECONCILED,
            ("delivered", "carried", "delivered_amount", "carried_amount"),
        ),
        Invariant("fct_transactions", "months_are_those_of_their_dates", MONTHS_OF_DATES, ("event_date",)),
        Invariant("fct_transactions", "what_is_reversed_is_there", REVERSED),
        Invariant("fct_transactions", "files_are_known", FILES),
    ),
)
