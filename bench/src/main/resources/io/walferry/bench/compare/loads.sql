-- How the loads are written, at the source only.
create publication bench_l1 for table wide_l1, bench_mark;
create publication bench_l2 for table wide_l2, bench_mark;
create publication bench_l3 for table branches, tellers, accounts, history, bench_mark;
create publication bench_l4 for table accounts, bench_mark;
create publication bench_table for table wide_l1;

create function wide_rows(first bigint, last bigint) returns setof wide_l1 language sql as $$
  select i, (random() * 1000000)::int, (i % 1000)::smallint, (random() * 100000)::numeric(12,2),
    (random() * 100)::numeric(9,4),
    (array['new', 'paid', 'packed', 'shipped', 'returned'])[1 + i % 5], 'Order ' || i || ' ' || md5(i::text),
    case when i % 4 > 0 then repeat('lorem ipsum dolor sit amet ', (1 + i % 4)::int) end,
    '2024-01-01'::timestamptz + i * interval '1 second', case when i % 3 > 0 then now() end,
    '1970-01-01'::date + (i % 18000)::int, md5(i || 'x')::uuid,
    jsonb_build_object('k', i, 'color', (array['red', 'green', 'blue'])[1 + i % 3],
      'dims', jsonb_build_array(i % 10, i % 20), 'ok', i % 2 = 0),
    i % 2 = 0, case when i % 7 > 0 then i % 3 = 0 end, decode(md5(i::text), 'hex'), random() * 1e6,
    (array['DE', 'FR', 'US', 'JP'])[1 + i % 4], 'user' || i || '@example.com',
    array['a' || (i % 10), 'b' || (i % 7)],
    case when i % 10 = 0 then E'tab\tand "quote" \\ ünïcode ' || i end
  from generate_series(first, last) i
$$;

create procedure write_l1(row_count bigint) language plpgsql as $$
begin
  perform setseed(0.1);
  for done in 0 .. row_count - 1 by 100 loop
    insert into wide_l1 select * from wide_rows(done + 1, least(done + 100, row_count));
    commit;
  end loop;
end $$;

create procedure write_l2(row_count bigint) language plpgsql as $$
begin
  perform setseed(0.2);
  insert into wide_l2 select * from wide_rows(1, row_count);
end $$;

-- One of several writers at the same time.
create procedure write_l3(transaction_count bigint, seed float8) language plpgsql as $$
declare
  account int;
  teller int;
  branch int;
  amount int;
begin
  perform setseed(seed);
  for done in 1 .. transaction_count loop
    account := 1 + floor(random() * 100000);
    teller := 1 + floor(random() * 500);
    branch := 1 + floor(random() * 50);
    amount := floor(random() * 10001) - 5000;
    update accounts set abalance = abalance + amount where aid = account;
    perform abalance from accounts where aid = account;
    update tellers set tbalance = tbalance + amount where tid = teller;
    update branches set bbalance = bbalance + amount where bid = branch;
    insert into history values (teller, branch, account, amount, now(), null);
    commit;
  end loop;
end $$;

-- The factor has no divisor in common with the number of accounts, so each has its turn.
create procedure write_l4(row_count bigint) language plpgsql as $$
begin
  for done in 0 .. row_count - 1 by 10 loop
    update accounts set abalance = abalance + 1
      from generate_series(done, least(done + 10, row_count) - 1) i
      where aid = 1 + (i * 48271) % 100000;
    commit;
  end loop;
end $$;
