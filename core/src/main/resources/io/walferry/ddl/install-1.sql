-- Every statement may be run again: whoever finds a part missing runs all of them.
-- Names are qualified and search paths fixed: what is here runs with its owner's rights.

CREATE SCHEMA IF NOT EXISTS walferry_ddl;

REVOKE ALL ON SCHEMA walferry_ddl FROM PUBLIC;

-- Shows a feed that a message comes from here: anybody may write messages. A materialized view
-- is in no publication, and whoever restores a dump gets another key.
CREATE MATERIALIZED VIEW IF NOT EXISTS walferry_ddl.key AS
  SELECT pg_catalog.gen_random_uuid()::text AS value;

-- Whether changes of a table are in the stream under its own name. Where in doubt, yes.
CREATE OR REPLACE FUNCTION walferry_ddl.is_published(rel oid) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
  PERFORM FROM pg_class c
    WHERE c.oid = rel AND c.relpersistence = 'p' AND c.relkind IN ('r', 'p')
      AND c.relnamespace <> 'walferry_ddl'::regnamespace;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM FROM pg_publication p JOIN pg_class c ON c.oid = rel
    WHERE p.puballtables AND NOT (p.pubviaroot AND c.relispartition);
  IF FOUND THEN
    RETURN true;
  END IF;
  PERFORM FROM pg_publication_rel r WHERE r.prrelid = rel;
  IF FOUND THEN
    RETURN true;
  END IF;
  PERFORM FROM walferry_ddl.ancestors(rel) a
    JOIN pg_publication_rel r ON r.prrelid = a
    JOIN pg_publication p ON p.oid = r.prpubid AND NOT p.pubviaroot;
  IF FOUND THEN
    RETURN true;
  END IF;
  IF current_setting('server_version_num')::int >= 150000 THEN
    PERFORM FROM pg_class c
      JOIN pg_publication_namespace n ON n.pnnspid = c.relnamespace
      JOIN pg_publication p ON p.oid = n.pnpubid
      WHERE c.oid = rel OR NOT p.pubviaroot AND c.oid IN (SELECT walferry_ddl.ancestors(rel));
    RETURN FOUND;
  END IF;
  RETURN false;
END
$body$;

CREATE OR REPLACE FUNCTION walferry_ddl.ancestors(rel oid) RETURNS SETOF oid
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
  WITH RECURSIVE above(oid) AS (
    SELECT rel
    UNION
    SELECT i.inhparent FROM above
    JOIN pg_class c ON c.oid = above.oid AND c.relispartition
    JOIN pg_inherits i ON i.inhrelid = above.oid
  )
  SELECT oid FROM above
$body$;

-- Fields with tabs between them, and a backslash before what would end a field.
CREATE OR REPLACE FUNCTION walferry_ddl.line(VARIADIC fields text[]) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $body$
  SELECT string_agg(
    replace(replace(replace(replace(coalesce(field, ''),
      chr(92), chr(92) || chr(92)), chr(9), chr(92) || 't'), chr(10), chr(92) || 'n'),
      chr(13), chr(92) || 'r'),
    chr(9) ORDER BY place)
  FROM unnest(fields) WITH ORDINALITY AS u(field, place)
$body$;

-- The table as it is now: its columns by their numbers, which they keep under any name.
CREATE OR REPLACE FUNCTION walferry_ddl.table_line(rel oid, tag text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
  SELECT walferry_ddl.line(VARIADIC
    ARRAY['table', tag, c.oid::text, n.nspname::text, c.relname::text]
    || coalesce((
      SELECT array_agg(u.field ORDER BY a.attnum, u.place)
      FROM pg_attribute a
      CROSS JOIN LATERAL unnest(ARRAY[a.attnum::text, a.attname::text, a.atttypid::text,
        a.atttypmod::text, a.attgenerated::text]) WITH ORDINALITY AS u(field, place)
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '{}'))
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.oid = rel
$body$;

-- What is written of lines, in UTF-8 whatever the database's encoding is. The last message says
-- nothing: one of a savepoint may be sent behind the record that follows it, so none of the
-- others is followed by anything else.
CREATE OR REPLACE FUNCTION walferry_ddl.messages(lines text[]) RETURNS SETOF bytea
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $body$
  SELECT convert_to(walferry_ddl.line('1', k.value) || chr(9) || u.one, 'UTF8')
  FROM walferry_ddl.key k
  CROSS JOIN unnest(lines || 'end'::text) WITH ORDINALITY AS u(one, place)
  WHERE cardinality(lines) > 0
  ORDER BY u.place
$body$;

CREATE OR REPLACE FUNCTION walferry_ddl.command_end() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  lines text[];
  messages bytea[];
  one bytea;
BEGIN
  -- A block with a handler is a savepoint, so nothing is written within one.
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_publication) THEN
      RETURN;
    END IF;
    WITH RECURSIVE touched(oid, tag) AS (
      SELECT d.objid, d.command_tag FROM pg_event_trigger_ddl_commands() d
      WHERE d.classid = 'pg_class'::regclass AND d.object_type IN ('table', 'table column')
      UNION
      SELECT c.oid, d.command_tag FROM pg_event_trigger_ddl_commands() d
      JOIN pg_class c ON c.relnamespace = d.objid AND c.relkind IN ('r', 'p')
      WHERE d.classid = 'pg_namespace'::regclass AND d.command_tag = 'ALTER SCHEMA'
      UNION
      SELECT i.inhrelid, touched.tag FROM touched
      JOIN pg_inherits i ON i.inhparent = touched.oid
    )
    SELECT array_agg(walferry_ddl.table_line(t.oid, t.tag) ORDER BY t.oid) INTO lines
    FROM (SELECT DISTINCT ON (oid) oid, tag FROM touched ORDER BY oid) t
    WHERE walferry_ddl.is_published(t.oid);
    messages := ARRAY(SELECT walferry_ddl.messages(lines));
  EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'walferry_ddl: % is not told to feeds: % (SQLSTATE %)', tg_tag, SQLERRM, SQLSTATE;
    RETURN;
  END;
  FOREACH one IN ARRAY messages LOOP
    PERFORM pg_logical_emit_message(true, 'walferry.ddl', one);
  END LOOP;
END
$body$;

CREATE OR REPLACE FUNCTION walferry_ddl.dropped() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  lines text[];
  messages bytea[];
  one bytea;
BEGIN
  BEGIN
    IF NOT EXISTS (SELECT FROM pg_publication) THEN
      RETURN;
    END IF;
    SELECT array_agg(told.line) INTO lines
    FROM (
      SELECT walferry_ddl.line('drop', tg_tag, d.objid::text, d.schema_name, d.object_name)
      FROM pg_event_trigger_dropped_objects() d
      WHERE d.classid = 'pg_class'::regclass AND d.object_type = 'table' AND NOT d.is_temporary
      UNION ALL
      SELECT DISTINCT walferry_ddl.table_line(d.objid, tg_tag)
      FROM pg_event_trigger_dropped_objects() d
      WHERE d.object_type = 'table column' AND NOT d.is_temporary AND tg_tag <> 'ALTER TABLE'
        AND walferry_ddl.is_published(d.objid)
    ) told(line)
    WHERE told.line IS NOT NULL;
    messages := ARRAY(SELECT walferry_ddl.messages(lines));
  EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'walferry_ddl: % is not told to feeds: % (SQLSTATE %)', tg_tag, SQLERRM, SQLSTATE;
    RETURN;
  END;
  FOREACH one IN ARRAY messages LOOP
    PERFORM pg_logical_emit_message(true, 'walferry.ddl', one);
  END LOOP;
END
$body$;

CREATE OR REPLACE FUNCTION walferry_ddl.rewritten() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
  lines text[];
  messages bytea[];
  one bytea;
BEGIN
  BEGIN
    SELECT array_agg(walferry_ddl.line('rewrite', tg_tag, c.oid::text, n.nspname::text,
      c.relname::text, pg_event_trigger_table_rewrite_reason()::text) ORDER BY c.oid) INTO lines
    FROM walferry_ddl.ancestors(pg_event_trigger_table_rewrite_oid()) a(oid)
    JOIN pg_class c ON c.oid = a.oid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE walferry_ddl.is_published(c.oid);
    messages := ARRAY(SELECT walferry_ddl.messages(lines));
  EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'walferry_ddl: % is not told to feeds: % (SQLSTATE %)', tg_tag, SQLERRM, SQLSTATE;
    RETURN;
  END;
  FOREACH one IN ARRAY messages LOOP
    PERFORM pg_logical_emit_message(true, 'walferry.ddl', one);
  END LOOP;
END
$body$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA walferry_ddl FROM PUBLIC;

DROP EVENT TRIGGER IF EXISTS walferry_ddl_command_end;

CREATE EVENT TRIGGER walferry_ddl_command_end ON ddl_command_end
  WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'ALTER TABLE', 'CREATE SCHEMA',
    'ALTER SCHEMA')
  EXECUTE FUNCTION walferry_ddl.command_end();

ALTER EVENT TRIGGER walferry_ddl_command_end ENABLE ALWAYS;

DROP EVENT TRIGGER IF EXISTS walferry_ddl_dropped;

CREATE EVENT TRIGGER walferry_ddl_dropped ON sql_drop EXECUTE FUNCTION walferry_ddl.dropped();

ALTER EVENT TRIGGER walferry_ddl_dropped ENABLE ALWAYS;

DROP EVENT TRIGGER IF EXISTS walferry_ddl_rewritten;

CREATE EVENT TRIGGER walferry_ddl_rewritten ON table_rewrite
  EXECUTE FUNCTION walferry_ddl.rewritten();

ALTER EVENT TRIGGER walferry_ddl_rewritten ENABLE ALWAYS;

COMMENT ON SCHEMA walferry_ddl IS 'Tells Walferry what is done to tables, version 1';
