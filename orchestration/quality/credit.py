"""The credit suite: what a measure counts is credited or listed, by rule and share, to people employed on the day."""

from __future__ import annotations

from orchestration.quality.suite import Invariant, Room

# Apportioning moves a credit by less than a cent (a ten-thousandth of a piece or count). That all credits of a rule add
# up exactly is a test of dbt's, on the credits before any is dropped.
AMOUNTS = """
    select credits.credit_id, credits.transaction_id, credits.measure_id, credits.worker_id, credits.credit_amount,
        measured.value, credits.credit_share
    from {rows} as credits
    left join credit.int_credit__measured_transactions as measured using (transaction_id, measure_id)
    where measured.transaction_id is null
        or abs(credits.credit_amount
                - cast(measured.value as decimal(38, 4)) * credits.credit_share * credits.reversal_share)
            >= case when measured.is_money then 0.01 else 0.0001 end
    """

# Every credit that a person keeps is here, or lies outside their employment.
RECONCILED = """
    with sides as (
        select period_id, currency, count(*) as given, sum(credit_amount) as given_amount, 0 as carried,
            0 as carried_amount
        from credit.int_credit__kept_credits group by period_id, currency
        union all
        select period_id, currency, 0, 0, count(*), sum(credit_amount) from {rows} group by period_id, currency
        union all
        select period_id, currency, 0, 0, count(*), sum(credit_amount) from credit.int_credit__dropped_credits
        group by period_id, currency
    )
    select period_id, currency, sum(given) as given, sum(carried) as carried, sum(given_amount) as given_amount,
        sum(carried_amount) as carried_amount
    from sides group by period_id, currency
    having sum(given) <> sum(carried) or sum(given_amount) <> sum(carried_amount)
    """

CREDITED_OR_LISTED = """
    select measured.transaction_id, measured.measure_id, measured.period_id, measured.value
    from credit.int_credit__measured_transactions as measured
    anti join {rows} as credits using (transaction_id, measure_id)
    anti join credit.int_credit__uncredited_transactions as uncredited using (transaction_id, measure_id)
    anti join credit.int_credit__dropped_credits as dropped using (transaction_id, measure_id)
    """

EMPLOYED = """
    select credits.credit_id, credits.transaction_id, credits.measure_id, credits.worker_id, credits.credit_date
    from {rows} as credits left join core.dim_workers as workers using (worker_id)
    where workers.worker_id is null
        or credits.credit_date < workers.hire_date or credits.credit_date >= workers.termination_date
    """

# A manager is credited once a transaction and measure, with at most the whole of what the rule gives.
MANAGERS = """
    select credits.credit_id, credits.transaction_id, credits.measure_id, credits.worker_id, credits.credit_share
    from {rows} as credits inner join core.dim_credit_rules as rules using (credit_rule_id)
    where credits.credit_source = 'manager' and credits.credit_share > coalesce(rules.credit_share, 1)
    """

RULES = """
    select credit_rule_id, measure_id, credit_source from {rows} group by credit_rule_id, measure_id, credit_source
    except select credit_rule_id, measure_id,
        unnest(case credit_source when 'owner' then ['owner', 'split'] else [credit_source] end)
    from core.dim_credit_rules
    """

ALIGNED_ONCE = """
    select account_id, product_family, alignment, valid_from, territory_id from (
        select *, lead(valid_from) over (
            partition by account_id, product_family, alignment order by valid_from nulls first
        ) as next_from
        from {rows}
    ) as alignments
    where next_from < coalesce(valid_to, date '9999-12-31')
    """

CREDIT = Room(
    # Shares of one person can pass 1 (two overlay splits), but not by far: 60 is a percentage taken for a share.
    ranges={("fct_credits", "credit_share"): (0, 10), ("fct_credits", "reversal_share"): (0, 1)},
    invariants=(
        Invariant("fct_credits", "amounts_are_value_times_share", AMOUNTS, ("credit_amount", "value", "credit_share")),
        Invariant(
            "fct_credits",
            "credits_reconcile_by_month_and_currency",
            RECONCILED,
            ("given", "carried", "given_amount", "carried_amount"),
        ),
        Invariant("fct_credits", "what_is_measured_is_credited_or_listed", CREDITED_OR_LISTED, ("value",)),
        Invariant("fct_credits", "nobody_is_credited_outside_employment", EMPLOYED, ("credit_date",)),
        Invariant("fct_credits", "managers_share_at_most_the_whole", MANAGERS, ("credit_share",)),
        Invariant("fct_credits", "rules_are_those_of_the_measure", RULES),
        Invariant("fct_territory_alignments", "one_territory_a_day", ALIGNED_ONCE),
    ),
)
