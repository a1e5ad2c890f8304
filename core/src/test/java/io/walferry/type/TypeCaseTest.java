package io.walferry.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.SharedServers;
import io.walferry.testkit.type.TypeCase;
import io.walferry.testkit.type.TypeCases;
import io.walferry.value.PgArray;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What real servers send is what the cases say, in Java as in print. */
final class TypeCaseTest {
  static final List<Integer> MAJORS = SharedServers.OLDEST_AND_NEWEST;

  /** Text and binary say different things: see Money and CatalogObject. */
  private static final Set<String> HALF_PRINTED = Set.of("Money", "CatalogObject");

  @ParameterizedTest
  @FieldSource("MAJORS")
  void textAndBinaryGiveTheSameValueThatPrintsAsTheServerDoes(int major) throws SQLException {
    checkAll(major, TypeCaseTest::check);
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void theSameHoldsForArraysOfEachCase(int major) throws SQLException {
    checkAll(major, TypeCaseTest::checkArrays);
  }

  private interface Check {
    void check(TypedServer server, TypeCase typeCase) throws SQLException;
  }

  private static void checkAll(int major, Check check) throws SQLException {
    List<String> failures = new ArrayList<>();
    int checked = 0;
    try (TypedServer server = new TypedServer(major)) {
      for (TypeCase typeCase : TypeCases.all()) {
        if (typeCase.existsIn(major)) {
          checked++;
          try {
            check.check(server, typeCase);
          } catch (AssertionError | RuntimeException | SQLException e) {
            failures.add(typeCase + ": " + e);
          }
        }
      }
    }
    assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
    assertTrue(checked > 450, "cases: " + checked);
  }

  private static void check(TypedServer server, TypeCase typeCase) throws SQLException {
    PgType type = server.type(typeCase.type());
    byte[] text = server.text(typeCase.expression());
    assertEquals(typeCase.text(), TypedServer.string(text), "the server's text");

    Object value = TypedServer.decode(type, Format.TEXT, text);
    assertEquals(Optional.of(typeCase.text()), ValueText.print(type, value), "printed");
    Object expected = ExpectedValues.of(typeCase.type(), typeCase.text()).orElse(value);
    assertEquals(expected, value, "from text");
    checkBinary(server, type, typeCase.expression(), value);
  }

  private static void checkBinary(TypedServer server, PgType type, String expression, Object value)
      throws SQLException {
    if (ValueDecoder.knowsBinary(type)) {
      Object same = TypedServer.decode(type, Format.BINARY, server.binary(expression));
      if (isHalfPrinted(type)) {
        assertEquals(Optional.empty(), ValueText.print(type, same), "printed from binary");
      } else {
        assertEquals(value, same, "from binary");
        assertEquals(value.hashCode(), same.hashCode(), "hash");
      }
    }
  }

  /** Beside NULL, in one dimension and in two; PostgreSQL has no array of an array. */
  private static void checkArrays(TypedServer server, TypeCase typeCase) throws SQLException {
    if (typeCase.type().endsWith("[]")) {
      return;
    }
    PgType type = server.type(typeCase.type() + "[]");
    PgType.ArrayType array = assertInstanceOf(PgType.ArrayType.class, type);
    byte[] text = server.text(typeCase.expression());
    Object element = TypedServer.decode(array.element(), Format.TEXT, text);

    String quoted = '"' + typeCase.text().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    String first = "{" + quoted + array.delimiter() + "NULL}";
    String second = "{NULL" + array.delimiter() + quoted + "}";
    checkArray(
        server,
        new TypeCase(typeCase.type() + "[]", first, "", 0),
        new PgArray(
            List.of(new PgArray.Dimension(2, 1)), List.of(Optional.of(element), Optional.empty())));
    checkArray(
        server,
        new TypeCase(typeCase.type() + "[]", "{" + first + array.delimiter() + second + "}", "", 0),
        new PgArray(
            List.of(new PgArray.Dimension(2, 1), new PgArray.Dimension(2, 1)),
            List.of(
                Optional.of(element), Optional.empty(), Optional.empty(), Optional.of(element))));
  }

  private static void checkArray(TypedServer server, TypeCase typeCase, PgArray expected)
      throws SQLException {
    PgType type = server.type(typeCase.type());
    byte[] text = server.text(typeCase.expression());
    Object value = TypedServer.decode(type, Format.TEXT, text);
    assertEquals(expected, value, "from text");
    assertEquals(Optional.of(TypedServer.string(text)), ValueText.print(type, value), "printed");
    checkBinary(server, type, typeCase.expression(), value);
  }

  @ParameterizedTest
  @FieldSource("MAJORS")
  void eachBuiltInTypeHasACase(int major) throws SQLException {
    Set<Integer> covered = new LinkedHashSet<>();
    Set<ScalarKind> kinds = EnumSet.noneOf(ScalarKind.class);
    Set<String> missing = new TreeSet<>();
    try (TypedServer server = new TypedServer(major)) {
      for (TypeCase typeCase : TypeCases.all()) {
        if (typeCase.existsIn(major)) {
          PgType type = server.type(typeCase.type());
          covered.add(type.oid());
          if (type instanceof PgType.ScalarType scalar) {
            kinds.add(scalar.kind());
          }
        }
      }
      String ranges =
          """
          select oid::text, typname::text from pg_type
          where typnamespace = 'pg_catalog'::regnamespace and typtype in ('r', 'm')
          """;
      for (List<byte[]> range : server.copy(ranges)) {
        if (!covered.contains(Integer.parseInt(TypedServer.string(range.getFirst())))) {
          missing.add(TypedServer.string(range.getLast()));
        }
      }
    }
    assertEquals(EnumSet.allOf(ScalarKind.class), kinds);
    assertEquals(Set.of(), missing);
  }

  private static boolean isHalfPrinted(PgType type) {
    return switch (type) {
      case PgType.ScalarType scalar ->
          HALF_PRINTED.contains(scalar.kind().codec().javaType().getSimpleName());
      case PgType.ArrayType array -> isHalfPrinted(array.element());
      default -> false;
    };
  }

  /** A typing error in the expected values would go unnoticed otherwise. */
  @Test
  void eachExpectedValueHasACase() {
    Set<Map.Entry<String, String>> cases = new LinkedHashSet<>();
    TypeCases.all().forEach(it -> cases.add(Map.entry(it.type(), it.text())));

    Set<Map.Entry<String, String>> strays = new LinkedHashSet<>(ExpectedValues.keys());
    strays.removeAll(cases);

    assertEquals(Set.of(), strays);
  }
}
