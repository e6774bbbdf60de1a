-- Who works a territory on which dates (calculation.md §2, §3): its assignees while they are employed, with their sales role;
-- each once for rules that ask for the role in the territory, and once for those that don't (asked_role ''). has_peers: at
-- some time of the assignment another one is found by the same rule, so that a credit may have to be apportioned.
with assignments as (
    select territory_id, worker_id, assignment_role, valid_from, valid_to, credit_share, '' as asked_role
    from {{ ref('int_core__territory_assignments') }}
    union all
    select territory_id, worker_id, assignment_role, valid_from, valid_to, credit_share, assignment_role as asked_role
    from {{ ref('int_core__territory_assignments') }}
    where assignment_role is not null
),

staff as (
    select
        assignments.territory_id,
        assignments.asked_role,
        assignments.worker_id,
        coalesce(assignments.assignment_role, '') as assignment_role,
        assignments.credit_share,
        spans.sales_role,
        greatest(assignments.valid_from, spans.valid_from) as valid_from,
        least(coalesce(assignments.valid_to, date '9999-12-31'), spans.valid_to) as valid_to
    from assignments
    inner join {{ ref('int_credit__worker_spans') }} as spans
        on
            assignments.worker_id = spans.worker_id
            and assignments.valid_from < spans.valid_to
            and coalesce(assignments.valid_to, date '9999-12-31') > spans.valid_from
),

staff_with_peers as (
    select
        staff.territory_id,
        staff.asked_role,
        staff.worker_id,
        staff.assignment_role,
        staff.valid_from
    from staff
    inner join staff as peers
        on
            staff.territory_id = peers.territory_id
            and staff.asked_role = peers.asked_role
            and staff.valid_from < peers.valid_to
            and staff.valid_to > peers.valid_from
    where staff.worker_id <> peers.worker_id or staff.assignment_role <> peers.assignment_role
    group by staff.territory_id, staff.asked_role, staff.worker_id, staff.assignment_role, staff.valid_from
)

select
    staff.territory_id,
    staff.asked_role,
    staff.worker_id,
    staff.assignment_role,
    staff.credit_share,
    staff.sales_role,
    staff.valid_from,
    staff.valid_to,
    coalesce(staff_with_peers.territory_id is not null, false) as has_peers
from staff
left join staff_with_peers
    on
        staff.territory_id = staff_with_peers.territory_id
        and staff.asked_role = staff_with_peers.asked_role
        and staff.worker_id = staff_with_peers.worker_id
        and staff.assignment_role = staff_with_peers.assignment_role
        and staff.valid_from = staff_with_peers.valid_from
