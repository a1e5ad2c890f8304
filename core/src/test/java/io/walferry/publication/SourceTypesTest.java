package io.walferry.publication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.SharedServers;
import io.walferry.change.Column;
import io.walferry.change.Relation;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.TableId;
import io.walferry.testkit.postgres.Database;
import io.walferry.testkit.type.TypeCases;
import io.walferry.type.Format;
import io.walferry.type.MalformedValueException;
import io.walferry.type.PgType;
import io.walferry.type.PgType.ArrayType;
import io.walferry.type.PgType.CompositeType;
import io.walferry.type.PgType.DomainType;
import io.walferry.type.PgType.EnumType;
import io.walferry.type.PgType.MultirangeType;
import io.walferry.type.PgType.RangeType;
import io.walferry.type.PgType.ScalarType;
import io.walferry.type.PgType.UnknownType;
import io.walferry.type.ScalarKind;
import io.walferry.type.TypeCatalog;
import io.walferry.type.ValueDecoder;
import io.walferry.value.Composite;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

final class SourceTypesTest {
  static final List<Integer> MAJORS = SharedServers.OLDEST_AND_NEWEST;

  @ParameterizedTest
  @FieldSource("MAJORS")
  void typesAreLearnedWithAllThatTheyAreMadeOf(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      database.execute(TypeCases.SETUP);

      EnumType mood = learn(connection, "typed.mood", EnumType.class);
      assertEquals("typed.mood", mood.name());
      assertEquals(List.of("sad", "ok", "it's \"fine\", ü"), mood.labels());

      assertEquals(
          TypeCatalog.BUILT_IN.type(ScalarKind.INT4.oid()),
          learn(connection, "typed.age", DomainType.class).base());
      assertEquals(
          TypeCatalog.BUILT_IN.type(ScalarKind.TEXT.arrayOid()),
          learn(connection, "typed.tags", DomainType.class).base());

      CompositeType nested = learn(connection, "typed.nested", CompositeType.class);
      assertEquals(
          List.of("p", "ps", "m", "at", "odd \"name"),
          nested.fields().stream().map(PgType.Field::name).toList());
      assertEquals(mood, nested.fields().get(2).type());
      PgType pair = nested.fields().getFirst().type();
      assertEquals(
          pair, assertInstanceOf(ArrayType.class, nested.fields().get(1).type()).element());

      assertEquals(
          List.of("id", "name"),
          learn(connection, "typed.shop", CompositeType.class).fields().stream()
              .map(PgType.Field::name)
              .toList());
      assertEquals(
          learn(connection, "typed.text_range", RangeType.class),
          learn(connection, "typed.text_multirange", MultirangeType.class).range());
      assertEquals(ScalarKind.HSTORE, learn(connection, "public.hstore", ScalarType.class).kind());
      assertEquals(
          ScalarKind.LTXTQUERY, learn(connection, "public.ltxtquery", ScalarType.class).kind());
    }
  }

  /** Only the extension's own type is the one whose binary form we know. */
  @ParameterizedTest
  @FieldSource("MAJORS")
  void aTypeOfAnotherExtensionIsUnknownAndKeepsItsName(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      database.execute("create extension cube; create domain public.hstore as cube");

      DomainType domain = learn(connection, "public.hstore", DomainType.class);

      assertEquals(
          "cube", assertInstanceOf(UnknownType.class, domain.base()).name().replace("public.", ""));
      TypeCatalog catalog = TypeCatalog.BUILT_IN.with(List.of(domain));
      assertFalse(catalog.knowsBinary(relation(domain.oid())));
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void aTypeThatComesLaterIsLookedUpThenAndOnceKnownItStays(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      database.execute("create schema typed; create type typed.a as enum ('x')");
      Relation first = relation(23, oid(connection, "typed.a"));
      TypeCatalog catalog = SourceTypes.learn(TypeCatalog.BUILT_IN, first, connection);
      assertSame(catalog, SourceTypes.learn(catalog, first, connection));

      database.execute("create type typed.b as (a typed.a)");
      Relation second = relation(oid(connection, "typed.b"));
      assertEquals(Set.of(oid(connection, "typed.b")), catalog.unknown(second));
      TypeCatalog later = SourceTypes.learn(catalog, second, connection);
      database.execute("drop schema typed cascade");

      assertTrue(later.knowsBinary(first));
      assertTrue(later.knowsBinary(second));
      assertSame(later, SourceTypes.learn(later, second, connection));
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void aTypeThatIsGoneIsLookedUpOnceAndStaysUnknown(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      Relation relation = relation(23, 4_000_000_000L);

      TypeCatalog catalog = SourceTypes.learn(TypeCatalog.BUILT_IN, relation, connection);

      assertTrue(catalog.unknown(relation).isEmpty());
      assertFalse(catalog.knowsBinary(relation));
      assertEquals("type 4000000000", catalog.type((int) 4_000_000_000L).name());
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void anEnumThatGrewIsReadAgainWhenAskedByItsOid(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      database.execute("create type public.a as enum ('x')");
      int oid = oid(connection, "public.a");
      TypeCatalog catalog = SourceTypes.learn(TypeCatalog.BUILT_IN, Set.of(oid), connection);
      database.execute("alter type public.a add value 'w' before 'x'");

      TypeCatalog again = SourceTypes.learn(catalog, Set.of(oid), connection);

      assertEquals(List.of("x"), ((EnumType) catalog.type(oid)).labels());
      assertEquals(List.of("w", "x"), ((EnumType) again.type(oid)).labels());
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void anAlteredCompositeIsNoticedAndFitsWhenReadAgain(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      database.execute("create type public.a as (i int4)");
      int oid = oid(connection, "public.a");
      TypeCatalog catalog = SourceTypes.learn(TypeCatalog.BUILT_IN, Set.of(oid), connection);
      database.execute("alter type public.a add attribute t text");
      byte[] text = "(1,b)".getBytes(StandardCharsets.UTF_8);

      assertThrows(
          MalformedValueException.class,
          () -> ValueDecoder.decode(catalog.type(oid), Format.TEXT, text, 0, text.length));

      TypeCatalog again = SourceTypes.learn(catalog, Set.of(oid), connection);
      Object value = ValueDecoder.decode(again.type(oid), Format.TEXT, text, 0, text.length);
      assertEquals(Optional.of("b"), assertInstanceOf(Composite.class, value).value("t"));
    }
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void oneColumnWithoutAKnownBinaryFormIsEnough(int major) throws SQLException {
    try (Database database = SharedServers.database(major);
        Connection connection = database.connect()) {
      database.execute("create type public.acl as (a int4, b aclitem[])");
      int oid = oid(connection, "public.acl");
      TypeCatalog catalog = SourceTypes.learn(TypeCatalog.BUILT_IN, Set.of(oid), connection);

      assertTrue(catalog.knowsBinary(relation(23, ScalarKind.JSONB.arrayOid(), 3904, 6157)));
      assertFalse(catalog.knowsBinary(relation(23, ScalarKind.ACLITEM.oid())));
      assertFalse(catalog.knowsBinary(relation(23, ScalarKind.ACLITEM.arrayOid())));
      assertFalse(catalog.knowsBinary(relation(23, oid)));
      assertTrue(catalog.knowsBinary(relation()));
    }
  }

  private static <T extends PgType> T learn(Connection connection, String name, Class<T> type)
      throws SQLException {
    int oid = oid(connection, name);
    TypeCatalog catalog = SourceTypes.learn(TypeCatalog.BUILT_IN, relation(oid), connection);
    return assertInstanceOf(type, catalog.type(oid));
  }

  private static int oid(Connection connection, String name) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select '" + name + "'::regtype::oid")) {
      row.next();
      return (int) row.getLong(1);
    }
  }

  private static Relation relation(long... typeOids) {
    List<Column> columns =
        Arrays.stream(typeOids)
            .mapToObj(oid -> new Column("c" + oid, (int) oid, -1, false))
            .toList();
    return new Relation(1, new TableId("public", "t"), ReplicaIdentity.DEFAULT, columns);
  }
}
