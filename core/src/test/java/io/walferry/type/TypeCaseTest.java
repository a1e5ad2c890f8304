package io.walferry.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.walferry.SharedServers;
import io.walferry.testkit.type.TypeCase;
import io.walferry.testkit.type.TypeCases;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    List<String> failures = new ArrayList<>();
    int checked = 0;
    try (TypedServer server = new TypedServer(major)) {
      for (TypeCase typeCase : TypeCases.all()) {
        if (typeCase.existsIn(major)) {
          checked++;
          try {
            check(server, typeCase);
          } catch (AssertionError | RuntimeException | SQLException e) {
            failures.add(typeCase + ": " + e);
          }
        }
      }
    }
    assertTrue(failures.isEmpty(), () -> String.join("\n", failures));
    assertTrue(checked > 400, "cases: " + checked);
  }

  private static void check(TypedServer server, TypeCase typeCase) throws SQLException {
    PgType type = server.type(typeCase.type());
    byte[] text = server.text(typeCase.expression());
    assertEquals(typeCase.text(), TypedServer.string(text), "the server's text");

    Object value = TypedServer.decode(type, Format.TEXT, text);
    assertEquals(Optional.of(typeCase.text()), ValueText.print(type, value), "printed");
    Object expected = ExpectedValues.of(typeCase.type(), typeCase.text()).orElse(value);
    assertEquals(expected, value, "from text");

    if (ValueDecoder.knowsBinary(type)) {
      byte[] binary = server.binary(typeCase.expression());
      Object same = TypedServer.decode(type, Format.BINARY, binary);
      if (isHalfPrinted(type)) {
        assertEquals(Optional.empty(), ValueText.print(type, same), "printed from binary");
      } else {
        assertEquals(value, same, "from binary");
        assertEquals(value.hashCode(), same.hashCode(), "hash");
      }
    }
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
