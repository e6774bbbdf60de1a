"""Mistakes in settings and rules, and what is said of each before anything runs."""

from __future__ import annotations

from gate_faults.fault import Mistake

TOML = "quotaline.toml"
MISTAKES = (
    Mistake(
        TOML,
        "a check that there isn't",
        """[quality.severity]
"payout.fct_payouts.manual_lines_are_aproved" = "block"
""",
        "did you mean payout.fct_payouts.manual_lines_are_approved?",
    ),
    Mistake(
        TOML,
        "a proof of pay made a warning",
        """[quality.severity]
"payout.fct_deal_earnings.deals_add_up_to_earnings" = "warn"
""",
        "waive it with a name, a reason and an end date",
    ),
    Mistake(
        TOML,
        "a key made a warning",
        """[quality.severity]
"core.dim_workers.one_row_per_worker_id" = "warn"
""",
        "is no mere warning",
    ),
    Mistake(
        TOML,
        "a severity that there isn't",
        """[quality.severity]
"core.dim_workers.has_its_columns" = "ignore"
""",
        "Input should be 'warn' or 'block'",
    ),
    Mistake(
        TOML,
        "a waiver without a reason",
        """[[quality.waivers]]
check = "core.dim_workers.has_its_columns"
by = "Ann"
until = 2027-01-31
""",
        "quality.waivers.0.reason is missing",
    ),
    Mistake(
        TOML,
        "a waiver without an end",
        """[[quality.waivers]]
check = "core.dim_workers.has_its_columns"
by = "Ann"
reason = "A new column is on its way."
""",
        "quality.waivers.0.until is missing",
    ),
    Mistake(
        TOML,
        "a waiver in nobody's name",
        """[[quality.waivers]]
check = "core.dim_workers.has_its_columns"
by = ""
reason = "A new column is on its way."
until = 2027-01-31
""",
        "quality.waivers.0.by",
    ),
    Mistake(
        TOML,
        "a waiver of a check that there isn't",
        """[[quality.waivers]]
check = "core.dim_worker.has_its_columns"
by = "Ann"
reason = "A new column is on its way."
until = 2027-01-31
""",
        "did you mean core.dim_workers.has_its_columns?",
    ),
    Mistake(
        TOML,
        "a waiver of a test of dbt's",
        """[[quality.waivers]]
check = "test.quotaline.assert_every_earned_amount_is_paid_or_held"
by = "Ann"
reason = "It is late."
until = 2027-01-31
""",
        "is dbt's and always blocks",
    ),
    Mistake(
        TOML,
        "freshness of a source that there isn't",
        """[quality.freshness]
canonicle = 3
""",
        "did you mean canonical?",
    ),
    Mistake(
        TOML,
        "bounds that nothing can keep",
        """[quality.bounds]
deviations = 0
""",
        "quality.bounds.deviations = 0",
    ),
    Mistake(
        TOML,
        "a setting misspelt",
        """[quality.bounds]
trailing_month = 6
""",
        "did you mean trailing_months?",
    ),
    Mistake(
        "seeds/rate_tiers.csv",
        "a rate that is no number",
        "ae-arr-2025,0,,,,7.5 %",
        "is not a number",
        "ae-arr-2025,0,,,,0.075",
    ),
    Mistake(
        "seeds/rate_tiers.csv", "a tier twice", "ae-arr-2025,0,,,,0.11", "is also in row 2", "ae-arr-2025,1,,,,0.11"
    ),
    Mistake(
        "seeds/rate_tiers.csv",
        "tiers of a component that there isn't",
        "ae-ar-2025,0,,,,0.075",
        "did you mean ae-arr-2025?",
        "ae-arr-2025,0,,,,0.075",
    ),
    Mistake(
        "seeds/rate_tiers.csv",
        "a tier that ends before it begins",
        "ae-arr-2025,1,,0.5,,0.11",
        "is not above tier_from 1",
        "ae-arr-2025,1,,,,0.11",
    ),
    Mistake(
        "seeds/credit_rules.csv",
        "a source of credit that there isn't",
        "new-arr-owner,new_arr,ownr,",
        "is not a known value",
        "new-arr-owner,new_arr,owner,",
    ),
    Mistake(
        "seeds/measures.csv",
        "a column that no rule has",
        "measure_id,measure_name,event_type,value",
        "did you mean event_types?",
        "measure_id,measure_name,event_types,value",
    ),
    Mistake(
        "seeds/plans.csv",
        "a plan without a currency",
        'US 2025",,active_days',
        "currency: is empty",
        'US 2025",USD,active_days',
    ),
    Mistake(
        "seeds/plan_components.csv",
        "a method that does not go with its basis",
        "ae-arr-2025,ae-2025,New recurring revenue,,new_arr,credit,,quarter,full_window,attainment,step",
        "ae-arr-2025",
        "ae-arr-2025,ae-2025,New recurring revenue,,new_arr,credit,,quarter,full_window,attainment,marginal",
    ),
    Mistake(
        "seeds/release_schedules.csv",
        "release shares that are not all of what is held",
        "mgr-territory-2026,3,0.9",
        "so that they sum to 1",
        "mgr-territory-2026,3,1",
    ),
    Mistake(
        "seeds/quota_seasonality.csv", "a month 13", "new_arr,13,0.06", "is no month of a fiscal year", "new_arr,1,0.06"
    ),
    Mistake(
        "seeds/component_modifiers.csv",
        "a modifier read at a component that there isn't",
        "smb-units-2026,smb-ar,",
        "did you mean smb-arr-2026?",
        "smb-units-2026,smb-arr-2026,",
    ),
)
