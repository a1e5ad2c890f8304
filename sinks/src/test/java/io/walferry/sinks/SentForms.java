package io.walferry.sinks;

import io.walferry.change.Change;
import io.walferry.change.OldRow;
import io.walferry.change.Relation;
import io.walferry.change.Row;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Random;

/** Has rows of whole numbers and texts come in binary, all or some of them. */
final class SentForms {
  private final Random random;
  private final int binaryPercent;

  SentForms(Random random, int binaryPercent) {
    this.random = random;
    this.binaryPercent = binaryPercent;
  }

  /** The same change; both of its rows come in the same form. */
  Change sent(Change change) {
    if (random.nextInt(100) >= binaryPercent) {
      return change;
    }
    return switch (change) {
      case Change.Insert(var relation, var after) ->
          new Change.Insert(relation, binary(relation, after));
      case Change.Update(var relation, var before, var after) ->
          new Change.Update(relation, binary(relation, before), binary(relation, after));
      case Change.Delete(var relation, var before) ->
          new Change.Delete(relation, binary(relation, before));
      case Change.Truncate truncate -> truncate;
      case Change.Message message -> message;
    };
  }

  private static OldRow binary(Relation relation, OldRow old) {
    return switch (old) {
      case OldRow.Full(var row) -> new OldRow.Full(binary(relation, row));
      case OldRow.Key(var row) -> new OldRow.Key(binary(relation, row));
      case OldRow.Absent absent -> absent;
    };
  }

  private static Row binary(Relation relation, Row row) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int[] ends = new int[row.columnCount()];
    for (int column = 0; column < ends.length; column++) {
      if (row.kind(column) == Row.Kind.TEXT) {
        bytes.writeBytes(binary(relation.columns().get(column).typeOid(), row, column));
      }
      ends[column] = bytes.size();
    }
    Row.Builder binary = new Row.Builder(bytes.toByteArray(), ends.length);
    for (int column = 0; column < ends.length; column++) {
      int start = column == 0 ? 0 : ends[column - 1];
      switch (row.kind(column)) {
        case NULL -> binary.nullValue();
        case UNCHANGED -> binary.unchanged();
        case TEXT, BINARY -> binary.binary(start, ends[column] - start);
      }
    }
    return binary.build();
  }

  private static byte[] binary(int typeOid, Row row, int column) {
    return typeOid == SourceTable.INT4
        ? ByteBuffer.allocate(Integer.BYTES).putInt((int) row.integer(column)).array()
        : row.bytes(column);
  }
}
