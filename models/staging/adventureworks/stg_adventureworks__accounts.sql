-- One account per customer, at the store's main office or the individual's home: the address by which territory rules align it.
with customers as (
    select customer_id, person_id, store_id, account_number, {{ provenance() }}
    from {{ current_rows('raw_adventureworks', 'customer') }} as landed
),

stores as (
    select business_entity_id, name, sales_person_id
    from {{ current_rows('raw_adventureworks', 'store') }} as landed
),

places as (
    select
        entity_addresses.business_entity_id,
        entity_addresses.address_type_id,
        addresses.postal_code,
        trim(states.state_province_code) as region,
        trim(states.country_region_code) as country
    from {{ current_rows('raw_adventureworks', 'business_entity_address') }} as entity_addresses
    left join {{ current_rows('raw_adventureworks', 'address') }} as addresses
        on entity_addresses.address_id = addresses.address_id
    left join {{ current_rows('raw_adventureworks', 'state_province') }} as states
        on addresses.state_province_id = states.state_province_id
)

select
    'adventureworks' as source_system,
    cast(customers.customer_id as {{ dbt.type_string() }}) as account_id,
    coalesce(stores.name, customers.account_number) as account_name,
    cast(null as {{ dbt.type_string() }}) as parent_account_id,
    cast(null as {{ dbt.type_string() }}) as industry,
    case when customers.store_id is null then 'individual' else 'store' end as segment,
    places.country,
    places.region,
    places.postal_code,
    cast(stores.sales_person_id as {{ dbt.type_string() }}) as owner_user_id,
    customers.raw_load_id,
    customers.raw_file,
    customers.raw_row_number
from customers
left join stores on customers.store_id = stores.business_entity_id
left join places
    on
        coalesce(customers.store_id, customers.person_id) = places.business_entity_id
        and places.address_type_id = case when customers.store_id is null then 2 else 3 end
