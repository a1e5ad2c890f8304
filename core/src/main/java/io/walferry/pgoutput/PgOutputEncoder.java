package io.walferry.pgoutput;

import io.walferry.change.Column;
import io.walferry.change.Lsn;
import io.walferry.change.Relation;
import io.walferry.change.TransactionHeader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * The other direction of {@link PgOutputDecoder}, for what frames and announces rows: messages of
 * protocol 1, as PostgreSQL would send them.
 */
public final class PgOutputEncoder {
  private PgOutputEncoder() {}

  public static ByteBuffer begin(TransactionHeader transaction) {
    return ByteBuffer.allocate(21)
        .put((byte) 'B')
        .putLong(transaction.commitLsn().value())
        .putLong(micros(transaction.commitTime()))
        .putInt(transaction.xid().value())
        .flip();
  }

  public static ByteBuffer commit(TransactionHeader transaction, Lsn endLsn) {
    return ByteBuffer.allocate(26)
        .put((byte) 'C')
        .put((byte) 0)
        .putLong(transaction.commitLsn().value())
        .putLong(endLsn.value())
        .putLong(micros(transaction.commitTime()))
        .flip();
  }

  public static ByteBuffer relation(Relation relation) {
    byte[] schema = bytes(relation.table().schema());
    byte[] name = bytes(relation.table().name());
    int length = 1 + 4 + schema.length + 1 + name.length + 1 + 1 + 2;
    for (Column column : relation.columns()) {
      length += 1 + bytes(column.name()).length + 1 + 4 + 4;
    }
    ByteBuffer message = ByteBuffer.allocate(length).put((byte) 'R').putInt(relation.oid());
    message.put(schema).put((byte) 0).put(name).put((byte) 0);
    message.put((byte) relation.replicaIdentity().code());
    message.putShort((short) relation.columns().size());
    for (Column column : relation.columns()) {
      message.put((byte) (column.key() ? 1 : 0)).put(bytes(column.name())).put((byte) 0);
      message.putInt(column.typeOid()).putInt(column.typeModifier());
    }
    return message.flip();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static long micros(Instant time) {
    return Math.addExact(
        Math.multiplyExact(time.getEpochSecond() - MessageReader.EPOCH_SECOND, 1_000_000L),
        time.getNano() / 1000);
  }
}
