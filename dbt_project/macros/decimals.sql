{#- Exact decimals on every engine: products keep their scale, quotients are rounded half away from zero. -#}

{% macro dec(x, s) -%} cast({{ x }} as decimal(38,{{ s }})) {%- endmacro %}

{% macro money() -%} decimal(18,2) {%- endmacro %}
{% macro share() -%} decimal(12,9) {%- endmacro %}
{% macro rate() -%} decimal(18,8) {%- endmacro %}
{% macro qty() -%} decimal(18,4) {%- endmacro %}

{#- x (at most s decimals) * 10^k as decimal(38,0), six digits a step, so that no product passes 38 digits. -#}
{% macro whole(x, s, k) -%}
  {%- set ns = namespace(e='cast(' ~ x ~ ' as decimal(38,' ~ s ~ '))', s=s, k=k) -%}
  {%- for i in range(9) if ns.k > 0 -%}
    {%- set st = [6, ns.k] | min -%}{%- set ns.s = [ns.s - st, 0] | max -%}{%- set ns.k = ns.k - st -%}
    {%- set ns.e = 'cast(' ~ ns.e ~ ' * ' ~ 10 ** st ~ ' as decimal(38,' ~ ns.s ~ '))' -%}
  {%- endfor -%}{{ ns.e }}
{%- endmacro %}

{#- Whole quotient of whole numbers, neither negative. -#}
{% macro int_div(x, y) -%} {{ return(adapter.dispatch('int_div')(x, y)) }} {%- endmacro %}
{% macro default__int_div(x, y) -%} {{ return('div(' ~ x ~ ', ' ~ y ~ ')') }} {%- endmacro %}
{% macro duckdb__int_div(x, y) -%} {{ return('(cast(' ~ x ~ ' as hugeint) // cast(' ~ y ~ ' as hugeint))') }} {%- endmacro %}
{% macro spark__int_div(x, y) -%} {{ return('((' ~ x ~ ' - ' ~ x ~ ' % ' ~ y ~ ') / ' ~ y ~ ')') }} {%- endmacro %}

{% macro quotient(num, den, i, f, scale) -%}
cast((case when ({{ num }} < 0) <> ({{ den }} < 0) then -1 else 1 end) * (cast({{ i }} as decimal(38,0))
  + cast({{ f }} as decimal({{ scale + 2 }},0)) * cast(0.{{ '0' * (scale - 1) }}1 as decimal({{ scale + 1 }},{{ scale }}))) as decimal(38,{{ scale }}))
{%- endmacro %}

{#- num / den rounded to scale digits; num and den have at most nk and dk decimals; null where den is 0. -#}
{% macro div_round(num, den, scale=2, nk=2, dk=0) -%} {{ return(adapter.dispatch('div_round')(num, den, scale, nk, dk)) }} {%- endmacro %}
{% macro default__div_round(num, den, scale, nk, dk) -%}
  {%- set m = [nk, dk] | max -%}
  {%- set n = 'abs(' ~ whole(num, nk, m) ~ ')' -%}{%- set d = 'abs(' ~ whole('nullif(' ~ den ~ ', 0)', dk, m) ~ ')' -%}
  {%- set f = int_div(dec(whole('(2 * (' ~ n ~ ' % ' ~ d ~ '))', 0, scale) ~ ' + ' ~ d, 0), dec('2 * ' ~ d, 0)) -%}
  {{ quotient(num, den, int_div(n, d), f, scale) }}
{%- endmacro %}
{% macro duckdb__div_round(num, den, scale, nk, dk) -%} {#- 64 bits where they suffice: ten times faster -#}
  {%- set m = [nk, dk] | max -%}{%- set tn = 10 ** (17 - nk - m) -%}{%- set td = 4 * 10 ** (18 - m - scale) -%}
  {%- if tn < 10 or td < 10 -%}{{ default__div_round(num, den, scale, nk, dk) }}{%- else -%}
  {%- set n = 'abs(cast(cast(' ~ num ~ ' as decimal(18,' ~ nk ~ ')) * ' ~ 10 ** m ~ ' as bigint))' -%}
  {%- set d = 'abs(cast(cast(nullif(' ~ den ~ ', 0) as decimal(18,' ~ dk ~ ')) * ' ~ 10 ** m ~ ' as bigint))' -%}
  {%- set f = '(2 * (' ~ n ~ ' % ' ~ d ~ ') * ' ~ 10 ** scale ~ ' + ' ~ d ~ ') // (2 * ' ~ d ~ ')' -%}
  (case when abs({{ num }}) < {{ tn }} and abs({{ den }}) < {{ [td, tn] | min }} then {{ quotient(num, den, n ~ ' // ' ~ d, f, scale) }}
        else {{ default__div_round(num, den, scale, nk, dk) }} end){%- endif -%}
{%- endmacro %}

{#- Money times a share or rate of bs decimals, rounded once to scale digits, half away from zero. -#}
{% macro mul_round(a, b, bs=9, scale=2) -%} {{ return(adapter.dispatch('mul_round')(a, b, bs, scale)) }} {%- endmacro %}
{% macro default__mul_round(a, b, bs, scale) -%}
  {{ dec('round(' ~ dec(a, 2) ~ ' * cast(' ~ b ~ ' as decimal(18,' ~ bs ~ ')), ' ~ scale ~ ')', scale) }}
{%- endmacro %}
{% macro duckdb__mul_round(a, b, bs, scale) -%} {#- the narrow product is ten times faster; it can't overflow inside these bounds -#}
  case when abs({{ a }}) < {{ 10 ** (15 - bs) }} and abs({{ b }}) < 10
    then {{ dec('round(cast(' ~ a ~ ' as decimal(18,2)) * cast(' ~ b ~ ' as decimal(' ~ (bs + 2) ~ ',' ~ bs ~ ')), ' ~ scale ~ ')', scale) }}
    else {{ default__mul_round(a, b, bs, scale) }} end
{%- endmacro %}
