-- The target incentive of each month on a plan that pays on one, in the plan's currency and in parts: annual × 377580 ×
-- (active days ÷ days of the month, where the plan prorates), to be divided by 12 × 377580 once summed (calculation.md §6).
-- The annual amount is the one in force on the month's last day on the plan: the assignment's, else the compensation's,
-- converted. Where none is known, or its rate, the month counts 0 and is an exception.
with plan_months as (
    select * from {{ ref('int_quota__plan_months') }}
),

plans as (
    select * from {{ ref('stg_rules__plans') }}
),

incentive_plans as (
    select distinct plan_id from {{ ref('stg_rules__plan_components') }}
    where payout_basis = 'target_incentive'
),

compensation as (
    select * from {{ ref('int_core__worker_compensation') }}
),

rates as (
    select * from {{ ref('stg_rules__fx_rates') }}
),

annual as (
    select
        plan_months.worker_id,
        plan_months.plan_id,
        plan_months.period_id,
        plan_months.last_day,
        plans.currency as plan_currency,
        case
            when plans.incentive_proration = 'active_days'
                then cast(plan_months.active_days as bigint) * {{ int_div('377580', 'plan_months.days_in_month') }}
            else 377580
        end as parts_of_month,
        coalesce(plan_months.assignment_target_incentive, compensation.target_incentive) as target_incentive,
        case
            when plan_months.assignment_target_incentive is not null then plans.currency
            else coalesce(compensation.currency, plans.currency)
        end as currency,
        compensation.raw_file,
        compensation.raw_row_number
    from plan_months
    inner join incentive_plans on plan_months.plan_id = incentive_plans.plan_id
    inner join plans on plan_months.plan_id = plans.plan_id
    left join compensation
        on
            plan_months.worker_id = compensation.worker_id
            and plan_months.last_day >= compensation.valid_from
            and plan_months.last_day < coalesce(compensation.valid_to, date '9999-12-31')
),

converted as (
    select
        annual.*,
        case
            when annual.target_incentive is null or annual.target_incentive = 0 or annual.currency = annual.plan_currency
                then cast(1 as {{ rate() }})
            else rates.rate
        end as rate
    from annual
    left join rates
        on
            annual.period_id = rates.period
            and annual.currency = rates.from_currency
            and annual.plan_currency = rates.to_currency
)

select
    worker_id,
    plan_id,
    period_id,
    last_day,
    target_incentive,
    currency,
    plan_currency,
    rate,
    {{ dec(
        'coalesce(' ~ dec('target_incentive', 2) ~ ' * rate, 0) * cast(parts_of_month as decimal(18,0))', 10
    ) }} as incentive_parts,
    raw_file,
    raw_row_number
from converted
