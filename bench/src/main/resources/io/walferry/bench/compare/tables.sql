-- What the loads write to, at the source and at a destination.
create table bench_mark (load text primary key);

create table wide_l1 (
  id bigint primary key, customer_id int not null, qty smallint, price numeric(12,2),
  tax numeric(9,4), status text, title text, descr text, created_at timestamptz not null,
  updated_at timestamptz, birth date, ref uuid, attrs jsonb, active bool not null, flagged bool,
  payload bytea, score double precision, country char(2), email varchar(120), tags text[], note text);
create table wide_l2 (like wide_l1 including all);

-- As pgbench has them, but with 2,000 accounts for each branch, so that they are filled soon.
create table branches (bid int primary key, bbalance int not null, filler char(88));
create table tellers (tid int primary key, bid int not null, tbalance int not null, filler char(84));
create table accounts (aid int primary key, bid int not null, abalance int not null, filler char(84));
create table history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));

create procedure fill_tpcb() language sql as $$
  truncate branches, tellers, accounts, history;
  insert into branches select i, 0, null from generate_series(1, 50) i;
  insert into tellers select i, 1 + (i - 1) / 10, 0, null from generate_series(1, 500) i;
  insert into accounts select i, 1 + (i - 1) / 2000, 0, '' from generate_series(1, 100000) i
$$;
call fill_tpcb();
