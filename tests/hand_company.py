"""Nordlicht, a company small enough to be paid by hand: what traces and statements must say of it is worked out here.

The quarter January to March 2026. Ann is paid in euros and has a name that must not run in a browser; her sales quota
of 30,000.00 is 10,000.00 a month. Max leads her. Bob joins on 15 February and draws 2,000.00 from March on.

Ann, sales, 10 % up to the quota of the quarter (30,000.00), 15 % above:
    January  20,000.00 × 10 % = 2,000.00
    February 12,000.00: 10,000.00 × 10 % + 2,000.00 × 15 % = 1,300.00
    March    6,000.00 EUR × 1.10 = 6,600.00 USD × 15 % = 990.00, in payroll × 0.95 = 940.50 EUR
Ann, services, 5 %, half of it when the customer pays:
    February 10,000.00 × 5 % = 500.00, of which 250.00 held;
    March    4,000.00 of 10,000.00 paid, so 100.00 released = 95.00 EUR
Ann by hand in March: 50.00 EUR. So March pays her 940.50 + 95.00 + 50.00 = 1,085.50 EUR.
Max, 1 % of what Ann and Bob sell: March (6,600.00 + 9,000.00) × 1 % = 156.00.
Bob: quota 10,000.00 × 14 of 28 days in February + 10,000.00 in March = 15,000.00; sold 9,000.00, paid 900.00; the next
    tier needs 6,000.00 more. His draw of 2,000.00 lacks 1,100.00.
Ann's deal of the family `other` counts in no measure.
Eve, hardware, on her quota to date (10,000.00 a month), 10 % up to it, 15 % above:
    January  12,000.00: 10,000.00 × 10 % + 2,000.00 × 15 % = 1,300.00, which is 10.833333 % of 12,000.00
Eve, parts, 14 %:
    January  100.01 × 14 % = 14.0014 and 50,544.89 × 14 % = 7,076.2846, together 7,090.286, so 7,090.29: the cent goes
    to the larger rest, 14.00 and 7,076.29
"""

from __future__ import annotations

from pathlib import Path

from orchestration.new_workspace import make
from orchestration.workspace import Workspace

NASTY = "<script>alert(1)</script>"

RULES = {
    "plans": """
        plan_id,plan_name,currency,quota_proration
        reps,Representatives,USD,active_days
        leads,Leads,USD,none
        mixed,Mixed,USD,none
        """,
    "measures": """
        measure_id,measure_name,event_types,value,product_family
        sales,Sales,booking,amount,software
        services,Services,booking,amount,services
        gear,Gear,booking,amount,hardware
        parts,Parts,booking,amount,parts
        """,
    "credit_rules": """
        credit_rule_id,measure_id,credit_source,priority
        sales-owner,sales,owner,1
        sales-lead,sales,manager,2
        services-owner,services,owner,1
        gear-owner,gear,owner,1
        parts-owner,parts,owner,1
        """,
    "plan_components": """
        component_id,plan_id,component_name,measure_id,window,quota_basis,tier_basis,release_event,release_share_at_booking
        sales-c,reps,Sales <of software>,sales,quarter,full_window,attainment,,
        services-c,reps,Services,services,month,,amount,payment,0.5
        lead-c,leads,Team,sales,month,,amount,,
        gear-c,mixed,Hardware,gear,quarter,to_date,attainment,,
        parts-c,mixed,Parts,parts,month,,amount,,
        """,
    "rate_tiers": """
        component_id,tier_from,rate
        sales-c,0,0.10
        sales-c,1,0.15
        services-c,0,0.05
        lead-c,0,0.01
        gear-c,0,0.10
        gear-c,1,0.15
        parts-c,0,0.14
        """,
    "fx_rates": """
        period,from_currency,to_currency,rate
        FY2026-M01,USD,EUR,0.90
        FY2026-M02,USD,EUR,0.90
        FY2026-M03,USD,EUR,0.95
        FY2026-M03,EUR,USD,1.10
        """,
}

LANDED = {
    "workers": f"""
        worker_id,worker_name,hire_date,payroll_currency
        ann,{NASTY},2026-01-01,EUR
        max,Max,2026-01-01,USD
        bob,Bob,2026-02-15,USD
        eve,Eve,2026-01-01,USD
        """,
    "worker_jobs": """
        worker_id,valid_from,sales_role,manager_worker_id
        ann,2026-01-01,rep,max
        bob,2026-02-15,rep,max
        max,2026-01-01,lead,
        eve,2026-01-01,rep,
        """,
    "crm_users": """
        user_id,worker_id
        u-ann,ann
        u-bob,bob
        u-eve,eve
        """,
    "accounts": """
        account_id,account_name
        a1,Müller & Söhne <GmbH>
        """,
    "products": """
        product_id,product_name,product_family
        sw,Software,software
        svc,Services,services
        misc,Other,other
        hw,Hardware,hardware
        pt,Parts,parts
        """,
    "plan_assignments": """
        worker_id,plan_id,valid_from
        ann,reps,2026-01-01
        bob,reps,2026-02-15
        max,leads,2026-01-01
        eve,mixed,2026-01-01
        """,
    "quotas": """
        worker_id,measure_id,period,quota_amount
        ann,sales,FY2026-Q1,30000
        bob,sales,FY2026-Q1,30000
        eve,gear,FY2026-Q1,30000
        """,
    "draws": """
        worker_id,valid_from,draw_type,amount_per_month,currency
        bob,2026-03-01,recoverable,2000,USD
        """,
    "payout_adjustments": """
        adjustment_id,worker_id,period,amount,currency,reason,requested_by,approved_by
        x1,ann,FY2026-M03,50.00,EUR,<b>Trade fair</b>,ann,max
        """,
    "sales_events": """
        event_id,event_type,event_date,account_id,product_id,owner_user_id,amount,currency,related_event_id
        t1,booking,2026-01-15,a1,sw,u-ann,20000,USD,
        t2,booking,2026-02-10,a1,sw,u-ann,12000,USD,
        s1,booking,2026-02-20,a1,svc,u-ann,10000,USD,
        t3,booking,2026-03-05,a1,sw,u-ann,6000,EUR,
        t4,booking,2026-03-06,a1,misc,u-ann,700,USD,
        p1,payment,2026-03-20,a1,svc,u-ann,4000,USD,s1
        b1,booking,2026-03-10,a1,sw,u-bob,9000,USD,
        e1,booking,2026-01-12,a1,hw,u-eve,12000,USD,
        e2,booking,2026-01-13,a1,pt,u-eve,100.01,USD,
        e3,booking,2026-01-14,a1,pt,u-eve,50544.89,USD,
        """,
}


def write(directory: Path) -> Workspace:
    """The company's workspace: rules and files delivered, not built."""
    workspace = make(directory, "canonical")
    settings = directory / "quotaline.toml"
    text = settings.read_text(encoding="utf-8").replace("version = 1", "version = 1\nas_of = 2026-03-31", 1)
    settings.write_text(text, encoding="utf-8")
    for folder, tables in ((workspace.rules, RULES), (workspace.sources["canonical"], LANDED)):
        for name, table in tables.items():
            lines = [line.strip() for line in table.strip().splitlines()]
            (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Workspace.open(directory)
