package io.walferry.testkit.type;

import java.util.List;
import java.util.stream.Stream;

/**
 * Every built-in type that a column can have, the extensions hstore, citext and ltree, and types of
 * a user's own, each with its least, greatest and special values. NULL is a value of every type,
 * and is left to whoever uses the table.
 */
public final class TypeCases {
  /** Makes the extensions and types of the cases, in a database without them. */
  public static final String SETUP =
      """
      create extension hstore with schema public;
      create extension citext with schema public;
      create extension ltree with schema public;
      create schema typed;
      create type typed.mood as enum ('sad', 'ok', 'it''s "fine", ü');
      create domain typed.age as int4 check (value >= 0);
      create domain typed.tags as text[];
      create type typed.pair as (a int4, b text);
      create type typed.nothing as ();
      create domain typed.checked_pair as typed.pair;
      create type typed.nested as
        (p typed.pair, ps typed.pair[], m typed.mood, at timestamptz, "odd ""name" typed.age);
      create type typed.text_range as range (subtype = text, collation = "C");
      create type typed.float_range as range (subtype = float8);
      create domain typed.span as int4range;
      create table typed.shop (id int4, gone text, name text);
      alter table typed.shop drop column gone;
      """;

  private TypeCases() {}

  public static List<TypeCase> all() {
    return Stream.of(ScalarCases.ALL, TimeCases.ALL, SystemCases.ALL, ContainerCases.ALL)
        .flatMap(List::stream)
        .toList();
  }
}
