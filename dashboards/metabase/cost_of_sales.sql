-- What does a plan cost for what it sells? One row per month earned, plan, role and currency. Compare roles, never add them:
-- a manager is credited for what reports sold.
-- plan: an optional id.
select
    period_id,
    plan_name,
    sales_role,
    currency,
    payee_count,
    payout_amount,
    credited_amount,
    cost_of_sales_share
from marts.rpt_compensation_cost
where payout_amount is not null
    [[and plan_id = {{plan}}]]
order by period_id, plan_id, sales_role, currency
