package io.walferry.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.walferry.SharedServers;
import io.walferry.change.Change;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import io.walferry.change.Value;
import io.walferry.publication.SourceTypes;
import io.walferry.stream.CreatedSlot;
import io.walferry.stream.OutputOptions.Form;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * A value of an extension that nobody here knows comes as the server prints it. If binary is asked
 * for it comes as its own type sends it, which nobody takes for text; and as text if its type
 * cannot send it.
 */
final class ForeignTypeTest {
  static final List<Integer> MAJORS = SharedServers.OLDEST_AND_NEWEST;

  private static final String SETUP =
      """
      create extension cube with schema public;
      create extension isn with schema public;
      create extension seg with schema public;
      create table typed.strange
        (c public.cube, cs public.cube[], i public.isbn13, e public.ean13, s public.seg);
      create publication typed for table typed.strange;
      """;

  private static final String ROWS =
      """
      insert into typed.strange values
        ('(1,2),(3,4.5)', '{(0),"(1e300,-1e-300)",NULL}', '978-0-393-04002-9', '4006381333931',
         '1.5 .. 2.50'),
        ('(-0, NaN),(Infinity, 1)', '{}', '9780201633610', '0012345678905', '~1e-7'),
        (null, null, null, null, '<3 .. >4');
      """;

  @ParameterizedTest
  @FieldSource("MAJORS")
  void comesAsItsOwnServerPrintsIt(int major) throws SQLException {
    try (TypedServer server = new TypedServer(major)) {
      server.database().execute(SETUP);
      CreatedSlot first = TypedStreamTest.slot(server, "text_");
      CreatedSlot second = TypedStreamTest.slot(server, "binary_");
      server.database().execute(ROWS);
      List<List<byte[]>> printed =
          server.copy("select c::text, cs::text, i::text, e::text, s::text from typed.strange");
      List<List<byte[]>> sent = server.copy("select c, cs from typed.strange");
      server.database().execute("truncate typed.strange");

      List<Change> text = TypedStreamTest.read(server, first, Form.TEXT);
      List<Change> binary = TypedStreamTest.read(server, second, Form.BINARY);

      for (int row = 0; row < printed.size(); row++) {
        Change.Insert asText = assertInstanceOf(Change.Insert.class, text.get(row));
        Change.Insert asBinary = assertInstanceOf(Change.Insert.class, binary.get(row));
        for (int column = 0; column < asText.after().columnCount(); column++) {
          boolean sends = column < sent.get(row).size();
          if (asText.after().isNull(column)) {
            assertEquals(Value.Null.NULL, asBinary.after().value(column));
          } else {
            Value expected = new Value.Text(TypedServer.string(printed.get(row).get(column)));
            assertEquals(expected, asText.after().value(column));
            assertEquals(
                sends ? new Value.Binary(sent.get(row).get(column)) : expected,
                asBinary.after().value(column));
          }
        }
      }
      checkTyped(server, text.getFirst(), binary.getFirst());
    }
  }

  private static void checkTyped(TypedServer server, Change text, Change binary) {
    Change.Insert asText = assertInstanceOf(Change.Insert.class, text);
    Relation relation = asText.relation();
    TypeCatalog types = SourceTypes.learn(TypeCatalog.BUILT_IN, relation, server.connection());
    RowType type = new RowType(relation, types);
    Row sent = assertInstanceOf(Change.Insert.class, binary).after();
    for (String column : List.of("c", "i", "e", "s")) {
      int at = List.of("c", "cs", "i", "e", "s").indexOf(column);
      assertInstanceOf(PgType.UnknownType.class, type.type(at));
      assertEquals(asText.after().text(at), type.over(asText.after()).getString(column));
      assertFalse(types.printsBinary(relation.columns().get(at).typeOid()));
    }
    assertEquals(Optional.empty(), type.over(sent).text(0));
    assertEquals(Optional.empty(), type.over(sent).text(1));
    assertEquals(Optional.of(asText.after().text(2)), type.over(sent).text(2));
  }
}
