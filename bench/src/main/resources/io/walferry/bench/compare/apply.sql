-- Ten columns, about 230 bytes as text; never null but where the type may be empty.
create table apply_rows (
  id bigint primary key, customer int not null, amount numeric(12,2), status varchar(20),
  title text, note text, created timestamp not null, active boolean, ratio double precision,
  ref uuid);

create function apply_values(first bigint, last bigint, round int) returns setof apply_rows
  language sql as $$
  select i, (i * 7919 % 100000)::int, ((i * 31 + round) % 1000000) / 100.0,
    (array['new', 'paid', 'shipped', 'returned'])[1 + (i + round) % 4],
    'Title of row ' || i, case when i % 20 > 0 then repeat(md5((i + round)::text), 3) end,
    timestamp '2026-01-01' + i * interval '1 second' + round * interval '1 millisecond',
    (i + round) % 3 = 0, (i * 17 + round) % 10007 / 7.0, md5(i::text)::uuid
  from generate_series(first, last) i
$$;

-- New rows, 100 in each transaction.
create procedure apply_inserts(row_count bigint) language plpgsql as $$
begin
  for done in 0 .. row_count - 1 by 100 loop
    insert into apply_rows select * from apply_values(done + 1, least(done + 100, row_count), 0);
    commit;
  end loop;
end $$;

-- Of the rows that are there: in each transaction 20 are deleted (multiples of five, in order), 60
-- others are changed, anywhere, and 20 new ones come.
create procedure apply_mix(row_count bigint) language plpgsql as $$
declare
  part bigint := 0;
begin
  perform setseed(0.3);
  for done in 0 .. row_count - 1 by 100 loop
    delete from apply_rows where id in
      (select 5 * i from generate_series(part * 20 + 1, part * 20 + 20) i);
    update apply_rows set (amount, status, note, created, active, ratio) =
      (select v.amount, v.status, v.note, v.created, v.active, v.ratio
        from apply_values(apply_rows.id, apply_rows.id, 1 + part::int) v)
      where id in (select 1 + 5 * (random() * (row_count / 5 - 1))::bigint + (random() * 3)::bigint
        from generate_series(1, 60));
    insert into apply_rows select * from
      apply_values(row_count + part * 20 + 1, row_count + part * 20 + 20, 0);
    part := part + 1;
    commit;
  end loop;
end $$;
