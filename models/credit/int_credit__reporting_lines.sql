-- The managers above each worker who are employed themselves, with their own sales role, by date (calculation.md §3). A
-- manager who has left is passed over; the line goes on above.
select
    chains.worker_id,
    chains.level,
    chains.manager_worker_id,
    chains.via_worker_id,
    managers.sales_role,
    greatest(chains.valid_from, managers.valid_from) as valid_from,
    least(chains.valid_to, managers.valid_to) as valid_to
from {{ ref('int_credit__reporting_chains') }} as chains
inner join {{ ref('int_credit__worker_spans') }} as managers
    on
        chains.manager_worker_id = managers.worker_id
        and chains.valid_from < managers.valid_to
        and chains.valid_to > managers.valid_from
where not chains.closes_cycle
