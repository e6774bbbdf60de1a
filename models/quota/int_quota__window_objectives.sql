-- What a window's objectives come to: Σ weight × score, a missing score counting 0 (calculation.md §5). It is known from
-- known_month_index on, and not before.
with weighted as (
    select
        *,
        {{ dec('cast(coalesce(score, 0) as decimal(27, 18)) * cast(weight as ' ~ share() ~ ')', 18) }} as weighted_score
    from {{ ref('int_quota__objective_scores') }}
)

select
    worker_id,
    component_id,
    window_id,
    known_month_index,
    cast(sum(weight) as {{ share() }}) as total_weight,
    cast(sum(weighted_score) as decimal(38, 18)) as objective_score,
    sum(case when score is null then 1 else 0 end) as missing_score_count
from weighted
group by worker_id, component_id, window_id, known_month_index
