package io.walferry.sinks.type;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/types.md} says what the type table says. With {@code -Dwalferry.documents.write=true}
 * it is written anew.
 */
final class TypesDocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "types.md");

  private static final String HEAD =
      """
      # Types

      What a destination makes of PostgreSQL's types. This page is generated from the type table
      (`io.walferry.sinks.type.TypeTable`).

      Equal means equal text output: where a destination has a type that gives every value back as PostgreSQL prints it, a column
      that Walferry creates has that type; everything else is text as PostgreSQL prints it, and so are all types that are not listed:
      arrays, ranges, enums, domains, types of extensions. NULL, an empty string and a large value that an update left alone are three
      different things everywhere. A table of your own may have text where this table has a type; JSON lines have no types of columns.

      """;

  private static final String TAIL =
      """

      ## What does not fit

      A few native types cannot hold all that the source's type can. What becomes of such a value is decided for each type of the source, with
      `lossy` of the sink ([configuration](configuration.md)), as in `lossy: {timestamptz: clamp, numeric: text}`:

      | policy | what it does |
      |---|---|
      | `fail` | the feed stops at the value; the default |
      | `clamp` | the nearest value that the column can hold takes its place: the largest or smallest number, the first or last moment |
      | `toNull` | NULL takes its place |
      | `text` | columns of this type are created as text, and so hold everything; in a native column that is there already, `fail` |

      """;

  private static String document() {
    return HEAD + table() + TAIL + losses();
  }

  private static String table() {
    String titles =
        Arrays.stream(Dialect.values()).map(Dialect::title).collect(Collectors.joining(" | "));
    String rows =
        Arrays.stream(TypeFamily.values())
            .map(TypesDocumentTest::row)
            .collect(Collectors.joining("\n"));
    return "| type | "
        + titles
        + " |\n|"
        + "---|".repeat(1 + Dialect.values().length)
        + "\n"
        + rows
        + "\n";
  }

  private static String row(TypeFamily family) {
    return Arrays.stream(Dialect.values())
        .map(dialect -> TypeTable.cell(family, dialect).description())
        .collect(Collectors.joining(" | ", "| " + name(family) + " | ", " |"));
  }

  private static String name(TypeFamily family) {
    return family == TypeFamily.OTHER ? "every other" : "`" + family.typeName() + "`";
  }

  private static String losses() {
    StringBuilder lines =
        new StringBuilder("| type | destination | does not fit | policies |\n|---|---|---|---|\n");
    for (TypeFamily family : TypeFamily.values()) {
      for (Dialect dialect : Dialect.values()) {
        Optional<Loss> loss = TypeTable.cell(family, dialect).loss();
        loss.ifPresent(
            it ->
                lines
                    .append("| ")
                    .append(name(family))
                    .append(" | ")
                    .append(dialect.title())
                    .append(" | ")
                    .append(it.description())
                    .append(" | ")
                    .append(policies(it))
                    .append(" |\n"));
      }
    }
    return lines.toString();
  }

  private static String policies(Loss loss) {
    return Arrays.stream(LossPolicy.values())
        .filter(loss::allows)
        .map(policy -> "`" + policy.word() + "`")
        .collect(Collectors.joining(", "));
  }

  @Test
  void theDocumentSaysWhatTheTableSays() throws IOException {
    if (Boolean.getBoolean("walferry.documents.write")) {
      Files.writeString(DOCUMENT, document());
    }
    assertEquals(document(), Files.readString(DOCUMENT), "write it anew: see this test");
  }
}
