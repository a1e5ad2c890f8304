DROP EVENT TRIGGER IF EXISTS walferry_ddl_command_end;
DROP EVENT TRIGGER IF EXISTS walferry_ddl_dropped;
DROP EVENT TRIGGER IF EXISTS walferry_ddl_rewritten;
DROP FUNCTION IF EXISTS walferry_ddl.command_end(), walferry_ddl.dropped(),
  walferry_ddl.rewritten(), walferry_ddl.messages(text[]), walferry_ddl.table_line(oid, text),
  walferry_ddl.line(text[]), walferry_ddl.is_published(oid), walferry_ddl.ancestors(oid);
DROP MATERIALIZED VIEW IF EXISTS walferry_ddl.key;
DROP SCHEMA IF EXISTS walferry_ddl;
