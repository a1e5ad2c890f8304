package io.walferry.ddl;

import io.walferry.change.Change;
import io.walferry.change.TableId;
import io.walferry.snapshot.LedgerText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The columns that a table has at one place of the log, as the source's event triggers tell.
 *
 * @param columns all that are not dropped, in the order of their numbers
 */
public record ToldTable(int oid, TableId table, List<NumberedColumn> columns) {
  private static final String PREFIX = "walferry.ddl";
  private static final String FORMAT = "1";
  private static final String KIND = "table";

  /** Format, key and kind; command, oid, schema and name. */
  private static final int HEAD = 7;

  private static final int FIELDS_OF_COLUMN = 5;
  private static final int KIND_AT = 2;

  public ToldTable {
    columns = List.copyOf(columns);
  }

  /** Whether a message of the stream claims to come from the installation. */
  public static boolean isOne(Change.Message message) {
    return message.transactional() && message.prefix().equals(PREFIX);
  }

  /**
   * What a message tells.
   *
   * @param key asked for what the installation of the source signs with, if there is one to read
   * @return empty if it tells of something else, in another format, or comes from somebody else
   */
  public static Optional<ToldTable> of(Change.Message message, DdlKey key) {
    List<String> fields =
        LedgerText.fields(new String(message.content().bytes(), StandardCharsets.UTF_8));
    if (fields.size() < HEAD
        || (fields.size() - HEAD) % FIELDS_OF_COLUMN != 0
        || !fields.getFirst().equals(FORMAT)
        || !fields.get(KIND_AT).equals(KIND)
        || !key.is(fields.get(1))) {
      return Optional.empty();
    }
    try {
      return Optional.of(parse(fields));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static ToldTable parse(List<String> fields) {
    List<NumberedColumn> columns = new ArrayList<>();
    for (int at = HEAD; at < fields.size(); at += FIELDS_OF_COLUMN) {
      columns.add(
          new NumberedColumn(
              Integer.parseInt(fields.get(at)),
              fields.get(at + 1),
              Integer.parseUnsignedInt(fields.get(at + 2)),
              Integer.parseInt(fields.get(at + 3))));
    }
    return new ToldTable(
        Integer.parseUnsignedInt(fields.get(4)),
        new TableId(fields.get(5), fields.get(6)),
        columns);
  }
}
