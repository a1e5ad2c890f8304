-- What is written while clients follow: phase is 'warm', 'count' or 'end'.
create table latency (
  id bigint generated always as identity primary key, phase text not null,
  made timestamptz not null, title text not null, price numeric(12,2));
create publication bench_latency for table latency;
