package io.walferry.kafka;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.change.Xid;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What the position's topic says of a feed: one record, beside those of the ledger's lines. Each
 * has a key of its own, so that compaction keeps the newest of each.
 *
 * @param epoch of the process that has the feed; see {@link Claim}
 * @param loading whether rows of the feed are still on their way, so that it is not consistent
 * @param writers how many chunk writers may be at work, by names of their own
 */
record SavedPosition(
    FeedIdentity feed, long epoch, Position position, boolean loading, int writers) {
  private static final String FORMAT = "1";
  private static final String POSITION = "position";

  SavedPosition takenOver(Claim claim) {
    return new SavedPosition(feed, claim.epoch(), position, loading, writers);
  }

  byte[] key() {
    return Documents.encode(Map.of("kind", POSITION));
  }

  byte[] value() {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("format", FORMAT);
    members.put("pipeline", feed.pipeline());
    members.put("epoch", Long.toString(epoch));
    members.put("system_id", Long.toUnsignedString(feed.systemId()));
    members.put("timeline", Integer.toUnsignedString(feed.timeline()));
    members.put("slot", feed.slot());
    members.put("state", loading ? "loading" : "following");
    members.put("writers", Integer.toString(writers));
    members.put("lsn", position.endLsn().toString());
    members.put("xid", position.xid().toString());
    return Documents.encode(members);
  }

  /** Whether a record with this key is one of a position, not of a line. */
  static boolean isKey(Map<String, String> key) {
    return Documents.require(key, "kind").equals(POSITION);
  }

  /** Whether we know what such a value means; a newer version may have written it. */
  static boolean isKnown(Map<String, String> value) {
    return Documents.require(value, "format").equals(FORMAT);
  }

  static SavedPosition decode(Map<String, String> value) {
    FeedIdentity feed =
        new FeedIdentity(
            Documents.require(value, "pipeline"),
            Long.parseUnsignedLong(Documents.require(value, "system_id")),
            Integer.parseUnsignedInt(Documents.require(value, "timeline")),
            Documents.require(value, "slot"));
    Position position =
        new Position(
            Lsn.parse(Documents.require(value, "lsn")),
            new Xid(Integer.parseUnsignedInt(Documents.require(value, "xid"))));
    String state = Documents.require(value, "state");
    if (!state.equals("loading") && !state.equals("following")) {
      throw new IllegalArgumentException("The state is unknown");
    }
    return new SavedPosition(
        feed,
        Long.parseLong(Documents.require(value, "epoch")),
        position,
        state.equals("loading"),
        Integer.parseInt(Documents.require(value, "writers")));
  }

  /** The key of a ledger's line. */
  static byte[] key(LedgerEntry line) {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("kind", line.kind().name().toLowerCase(Locale.ROOT));
    members.put("schema", line.table().schema());
    members.put("table", line.table().name());
    members.put("part", line.part());
    return Documents.encode(members);
  }

  /** The value of a ledger's line. */
  static byte[] value(LedgerEntry line) {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("format", FORMAT);
    members.put("content", line.content());
    return Documents.encode(members);
  }

  static LedgerEntry line(Map<String, String> key, Map<String, String> value) {
    return new LedgerEntry(
        new TableId(Documents.require(key, "schema"), Documents.require(key, "table")),
        LedgerEntry.Kind.valueOf(Documents.require(key, "kind").toUpperCase(Locale.ROOT)),
        Documents.require(key, "part"),
        Documents.require(value, "content"));
  }
}
