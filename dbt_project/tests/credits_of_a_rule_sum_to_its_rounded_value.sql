-- What always holds, 1 (calculation.md): the non-manager credits of a transaction, measure and rule, before any is dropped or
-- displaced, sum to round(value × Σ credit_share). Written without the apportioning: parts found and credits made are two
-- sums that must lie within half a cent (or half of 0.0001) of each other; a credit or a part that is missing fails too.
with parts as (
    select
        transaction_id,
        measure_id,
        credit_rule_id,
        {{ dec('value', 4) }} * {{ dec('reversal_share', 9) }} * {{ dec('part_share', 12) }} as exact_amount,
        cast(0 as {{ qty() }}) as credit_amount,
        share_divisor,
        case when is_money then 0.0100 else 0.0001 end as unit
    from {{ ref('int_credit__shared_parts') }}
    where outcome = 'credited'
    union all
    select
        transaction_id,
        measure_id,
        credit_rule_id,
        {{ dec('0', 25) }} as exact_amount,
        credit_amount,
        share_divisor,
        case when is_money then 0.0100 else 0.0001 end as unit
    from {{ ref('int_credit__shared_credits') }}
)

select
    transaction_id,
    measure_id,
    credit_rule_id,
    sum(exact_amount) as exact_amount,
    sum(credit_amount) as credit_amount
from parts
group by transaction_id, measure_id, credit_rule_id
having abs(sum(exact_amount) - sum({{ dec('credit_amount', 4) }} * share_divisor)) * 2 > max(unit * share_divisor)
union all
select
    transaction_id,
    measure_id,
    credit_rule_id,
    {{ dec('value', 4) }} * {{ dec('reversal_share', 9) }} * {{ dec('part_share', 12) }} as exact_amount,
    credit_amount
from {{ ref('int_credit__direct_credits') }}
where
    abs(
        {{ dec('value', 4) }} * {{ dec('reversal_share', 9) }} * {{ dec('part_share', 12) }}
        - {{ dec('credit_amount', 4) }} * share_divisor
    ) * 2 > case when is_money then 0.0100 else 0.0001 end * share_divisor
    and is_alone
