package io.walferry.pgoutput;

import static io.walferry.change.ReplicaIdentity.DEFAULT;
import static io.walferry.change.ReplicaIdentity.FULL;
import static io.walferry.change.ReplicaIdentity.INDEX;
import static io.walferry.change.ReplicaIdentity.NOTHING;
import static io.walferry.change.Value.Null.NULL;
import static io.walferry.change.Value.Unchanged.UNCHANGED;
import static io.walferry.pgoutput.PgOutputMessage.StreamStop.STREAM_STOP;

import io.walferry.change.Column;
import io.walferry.change.Lsn;
import io.walferry.change.OldRow;
import io.walferry.change.ReplicaIdentity;
import io.walferry.change.Row;
import io.walferry.change.TableId;
import io.walferry.change.Value;
import io.walferry.change.Xid;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One message, its bytes and what they mean.
 *
 * @param insideStream whether it is decoded inside a stream block of transaction 9
 */
record DecodedCase(
    String name, int protocol, boolean insideStream, String notation, PgOutputMessage message) {
  private static final Optional<Xid> NO_XID = Optional.empty();
  private static final Optional<Xid> XID_9 = Optional.of(new Xid(9));
  private static final Optional<Xid> XID_10 = Optional.of(new Xid(10));
  private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");
  private static final Instant LATER = Instant.parse("2000-01-01T00:00:01.000002Z");
  private static final Instant EARLIER = Instant.parse("1999-12-31T23:59:59.999999Z");

  static final List<DecodedCase> ALL =
      List.of(
          outside(
              1,
              "begin",
              "'B' 0000000016B2E580 00000000000F4242 000002E5",
              new PgOutputMessage.Begin(new Lsn(0x16B2E580L), LATER, new Xid(741))),
          outside(
              1,
              "begin, greatest numbers",
              "'B' FFFFFFFFFFFFFFFF 7FFFFFFFFFFFFFFF FFFFFFFF",
              new PgOutputMessage.Begin(
                  new Lsn(-1),
                  Instant.parse("+294247-01-10T04:00:54.775807Z").plusSeconds(946_684_800L),
                  new Xid(-1))),
          outside(
              1,
              "begin, least numbers",
              "'B' 0000000000000000 8000000000000000 00000000",
              new PgOutputMessage.Begin(
                  new Lsn(0),
                  Instant.parse("-290308-12-21T19:59:05.224192Z").plusSeconds(946_684_800L),
                  new Xid(0))),
          outside(
              1,
              "begin before 2000",
              "'B' 0000000000000001 FFFFFFFFFFFFFFFF 00000001",
              new PgOutputMessage.Begin(new Lsn(1), EARLIER, new Xid(1))),
          outside(
              1,
              "commit",
              "'C' 00 0000001600000001 0000001600000031 0000000000000000",
              new PgOutputMessage.Commit(Lsn.parse("16/1"), Lsn.parse("16/31"), EPOCH)),
          outside(
              1,
              "origin",
              "'O' 0000000000000005 \"paris\"",
              new PgOutputMessage.Origin(new Lsn(5), "paris")),
          inside(
              "origin in a stream, without xid",
              "'O' 0000000000000005 \"\"",
              new PgOutputMessage.Origin(new Lsn(5), "")),
          outside(
              1,
              "relation without columns",
              "'R' FFFFFFFF \"public\" \"empty\" 'n' 0000",
              relation(NO_XID, -1, "public", "empty", NOTHING)),
          outside(
              1,
              "relation of pg_catalog",
              "'R' 00000001 \"\" \"pg_x\" 'i' 0001 01 \"a\" 00000017 FFFFFFFF",
              relation(NO_XID, 1, "pg_catalog", "pg_x", INDEX, new Column("a", 23, -1, true))),
          outside(
              1,
              "relation with a key",
              "'R' 00004001 \"S\" \"Ta.ble\" 'd' 0002 01 \"id\" 00000014 FFFFFFFF 00 \"na me\""
                  + " 00000413 00000024",
              relation(
                  NO_XID,
                  16385,
                  "S",
                  "Ta.ble",
                  DEFAULT,
                  new Column("id", 20, -1, true),
                  new Column("na me", 1043, 36, false))),
          outside(
              1,
              "relation, all of it identity",
              "'R' 00004001 \"public\" \"größe\" 'f' 0002 01 \"id\" 00000014 FFFFFFFF 01 \"n\""
                  + " FFFFFFFF 7FFFFFFF",
              relation(
                  NO_XID,
                  16385,
                  "public",
                  "größe",
                  FULL,
                  new Column("id", 20, -1, true),
                  new Column("n", -1, Integer.MAX_VALUE, true))),
          inside(
              "relation in a stream",
              "'R' 0000000A 00000001 \"s\" \"t\" 'd' 0000",
              relation(XID_10, 1, "s", "t", DEFAULT)),
          outside(
              1,
              "type",
              "'Y' 00004001 \"public\" \"mood\"",
              new PgOutputMessage.Type(NO_XID, 16385, "public", "mood")),
          outside(
              1,
              "type of pg_catalog",
              "'Y' 00004001 \"\" \"mood\"",
              new PgOutputMessage.Type(NO_XID, 16385, "pg_catalog", "mood")),
          inside(
              "type in a stream",
              "'Y' 00000009 00004001 \"public\" \"mood\"",
              new PgOutputMessage.Type(XID_9, 16385, "public", "mood")),
          outside(
              1,
              "insert without columns",
              "'I' 00004001 'N' 0000",
              new PgOutputMessage.Insert(NO_XID, 16385, row())),
          outside(
              1,
              "insert of each kind",
              "'I' 00004001 'N' 0005 't' 00000002 '42' 'n' 'u' 'b' 00000004 0000002A 't' 00000000",
              new PgOutputMessage.Insert(
                  NO_XID, 16385, row(text("42"), NULL, UNCHANGED, binary(0, 0, 0, 42), text("")))),
          inside(
              "insert in a stream",
              "'I' 00000009 00004001 'N' 0001 't' 00000001 'a'",
              new PgOutputMessage.Insert(XID_9, 16385, row(text("a")))),
          inside(
              "insert of a sub-transaction",
              "'I' 0000000A 00004001 'N' 0001 'b' 00000000",
              new PgOutputMessage.Insert(XID_10, 16385, row(binary()))),
          outside(
              1,
              "update without old row",
              "'U' 00004001 'N' 0002 't' 00000001 '1' 'u'",
              new PgOutputMessage.Update(
                  NO_XID, 16385, OldRow.Absent.ABSENT, row(text("1"), UNCHANGED))),
          outside(
              1,
              "update with old key",
              "'U' 00004001 'K' 0002 't' 00000001 '1' 'n' 'N' 0002 't' 00000001 '2' 'n'",
              new PgOutputMessage.Update(
                  NO_XID, 16385, new OldRow.Key(row(text("1"), NULL)), row(text("2"), NULL))),
          outside(
              1,
              "update with old row",
              "'U' 00004001 'O' 0001 't' 00000006 'größ' 'N' 0001 'b' 00000001 FF",
              new PgOutputMessage.Update(
                  NO_XID, 16385, new OldRow.Full(row(text("größ"))), row(binary(255)))),
          inside(
              "update in a stream",
              "'U' 0000000A 00004001 'K' 0001 'b' 00000001 00 'N' 0001 'b' 00000001 01",
              new PgOutputMessage.Update(
                  XID_10, 16385, new OldRow.Key(row(binary(0))), row(binary(1)))),
          outside(
              1,
              "delete by key",
              "'D' 00004001 'K' 0002 't' 00000001 '1' 'n'",
              new PgOutputMessage.Delete(NO_XID, 16385, new OldRow.Key(row(text("1"), NULL)))),
          outside(
              1,
              "delete of a whole row",
              "'D' 00004001 'O' 0001 't' 00000001 '1'",
              new PgOutputMessage.Delete(NO_XID, 16385, new OldRow.Full(row(text("1"))))),
          inside(
              "delete in a stream",
              "'D' 00000009 00004001 'K' 0001 't' 00000001 '1'",
              new PgOutputMessage.Delete(XID_9, 16385, new OldRow.Key(row(text("1"))))),
          outside(1, "truncate", "'T' 00000001 00 00004001", truncate(NO_XID, false, false, 16385)),
          outside(
              1,
              "truncate cascade",
              "'T' 00000002 01 00004001 FFFFFFFF",
              truncate(NO_XID, true, false, 16385, -1)),
          outside(
              1,
              "truncate restart identity",
              "'T' 00000001 02 00004001",
              truncate(NO_XID, false, true, 16385)),
          inside(
              "truncate in a stream",
              "'T' 0000000A 00000001 03 00004001",
              truncate(XID_10, true, true, 16385)),
          outside(
              1,
              "message",
              "'M' 01 0000000000000007 \"audit\" 00000003 01 00 'x'",
              new PgOutputMessage.LogicalMessage(
                  NO_XID, true, new Lsn(7), "audit", binary(1, 0, 'x'))),
          outside(
              1,
              "message, not transactional",
              "'M' 00 0000000000000007 \"\" 00000000",
              new PgOutputMessage.LogicalMessage(NO_XID, false, new Lsn(7), "", binary())),
          inside(
              "message in a stream",
              "'M' 00000009 01 0000000000000007 \"p\" 00000000",
              new PgOutputMessage.LogicalMessage(XID_9, true, new Lsn(7), "p", binary())),
          outside(
              2,
              "stream start",
              "'S' 00000009 01",
              new PgOutputMessage.StreamStart(new Xid(9), true)),
          outside(
              2,
              "stream start, later segment",
              "'S' FFFFFFFF 00",
              new PgOutputMessage.StreamStart(new Xid(-1), false)),
          inside("stream stop", "'E'", STREAM_STOP),
          outside(
              2,
              "stream commit",
              "'c' 00000009 00 0000000000000001 0000000000000002 00000000000F4242",
              new PgOutputMessage.StreamCommit(new Xid(9), new Lsn(1), new Lsn(2), LATER)),
          outside(
              2,
              "stream abort",
              "'A' 00000009 0000000A",
              new PgOutputMessage.StreamAbort(new Xid(9), new Xid(10), Optional.empty())),
          outside(
              4,
              "stream abort, not parallel",
              "'A' 00000009 00000009",
              new PgOutputMessage.StreamAbort(new Xid(9), new Xid(9), Optional.empty())),
          outside(
              4,
              "stream abort, parallel",
              "'A' 00000009 0000000A 0000000000000003 00000000000F4242",
              new PgOutputMessage.StreamAbort(
                  new Xid(9),
                  new Xid(10),
                  Optional.of(new PgOutputMessage.AbortPoint(new Lsn(3), LATER)))),
          outside(
              3,
              "begin prepare",
              "'b' 0000000000000001 0000000000000002 00000000000F4242 00000009 \"g'1\"",
              new PgOutputMessage.BeginPrepare(new Lsn(1), new Lsn(2), LATER, new Xid(9), "g'1")),
          outside(
              3,
              "prepare",
              "'P' 00 0000000000000001 0000000000000002 0000000000000000 00000009 \"gid\"",
              new PgOutputMessage.Prepare(new Lsn(1), new Lsn(2), EPOCH, new Xid(9), "gid")),
          outside(
              3,
              "commit prepared",
              "'K' 00 0000000000000001 0000000000000002 0000000000000000 00000009 \"gid\"",
              new PgOutputMessage.CommitPrepared(new Lsn(1), new Lsn(2), EPOCH, new Xid(9), "gid")),
          outside(
              3,
              "rollback prepared",
              "'r' 00 0000000000000001 0000000000000002 0000000000000000 00000000000F4242 00000009"
                  + " \"gid\"",
              new PgOutputMessage.RollbackPrepared(
                  new Lsn(1), new Lsn(2), EPOCH, LATER, new Xid(9), "gid")),
          outside(
              3,
              "stream prepare",
              "'p' 00 0000000000000001 0000000000000002 0000000000000000 00000009 \"gid\"",
              new PgOutputMessage.StreamPrepare(new Lsn(1), new Lsn(2), EPOCH, new Xid(9), "gid")));

  /** A decoder that stands where the case's message does. */
  PgOutputDecoder decoder() {
    PgOutputDecoder decoder = new PgOutputDecoder(protocol);
    if (insideStream) {
      decoder.decode(MessageBytes.of("'S' 00000009 01"), 0, 6);
    }
    return decoder;
  }

  byte[] bytes() {
    return MessageBytes.of(notation);
  }

  @Override
  public String toString() {
    return name;
  }

  private static DecodedCase outside(
      int protocol, String name, String notation, PgOutputMessage message) {
    return new DecodedCase(name, protocol, false, notation, message);
  }

  private static DecodedCase inside(String name, String notation, PgOutputMessage message) {
    return new DecodedCase(name, 2, true, notation, message);
  }

  private static PgOutputMessage relation(
      Optional<Xid> xid,
      int oid,
      String schema,
      String name,
      ReplicaIdentity identity,
      Column... columns) {
    return new PgOutputMessage.Relation(
        xid,
        new io.walferry.change.Relation(
            oid, new TableId(schema, name), identity, List.of(columns)));
  }

  private static PgOutputMessage truncate(
      Optional<Xid> xid, boolean cascade, boolean restartIdentity, Integer... oids) {
    return new PgOutputMessage.Truncate(xid, List.of(oids), cascade, restartIdentity);
  }

  private static Value.Text text(String string) {
    return new Value.Text(string);
  }

  private static Value.Binary binary(int... unsignedBytes) {
    byte[] bytes = new byte[unsignedBytes.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) unsignedBytes[i];
    }
    return new Value.Binary(bytes);
  }

  private static Row row(Value... values) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Value value : values) {
      if (value instanceof Value.Text text) {
        bytes.writeBytes(text.string().getBytes(StandardCharsets.UTF_8));
      } else if (value instanceof Value.Binary binary) {
        bytes.writeBytes(binary.bytes());
      }
    }
    Row.Builder row = new Row.Builder(bytes.toByteArray(), values.length);
    int start = 0;
    for (Value value : values) {
      switch (value) {
        case Value.Null ignored -> row.nullValue();
        case Value.Unchanged ignored -> row.unchanged();
        case Value.Text text -> {
          int length = text.string().getBytes(StandardCharsets.UTF_8).length;
          row.text(start, length);
          start += length;
        }
        case Value.Binary binary -> {
          row.binary(start, binary.bytes().length);
          start += binary.bytes().length;
        }
      }
    }
    return row.build();
  }
}
