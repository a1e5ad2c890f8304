package io.walferry.checkpoint;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.TableId;
import io.walferry.change.Xid;
import io.walferry.sink.FeedIdentity;
import io.walferry.sink.LedgerEntry;
import io.walferry.snapshot.LedgerText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * A checkpoint as text that a person can read: a first line with format and checksum of what
 * follows, then a line for each fact, with tabs between its parts.
 */
final class CheckpointText {
  static final int FORMAT = 1;

  /** What the first line begins with. */
  static final String MARK = "walferry-checkpoint";

  private static final String FEED = "feed";
  private static final String POSITION = "position";
  private static final String EPOCH = "epoch";
  private static final String CONFIGURATION = "configuration";
  private static final String LEDGER = "ledger";

  private CheckpointText() {}

  /** What was read: a checkpoint, or why there is none. */
  sealed interface Read {
    record Sound(Checkpoint checkpoint) implements Read {}

    record Newer(String format) implements Read {}

    /** It begins like a checkpoint, and is not whole. */
    record Damaged(String how) implements Read {}

    /** Something else. */
    enum Foreign implements Read {
      FOREIGN
    }
  }

  static String encode(Checkpoint checkpoint) {
    StringBuilder body = new StringBuilder();
    FeedIdentity feed = checkpoint.feed();
    line(
        body,
        FEED,
        feed.pipeline(),
        Long.toUnsignedString(feed.systemId()),
        Integer.toUnsignedString(feed.timeline()),
        feed.slot());
    Position position = checkpoint.position();
    line(body, POSITION, position.endLsn().toString(), position.xid().toString());
    line(body, EPOCH, Long.toString(checkpoint.epoch()));
    checkpoint.configuration().forEach((name, value) -> line(body, CONFIGURATION, name, value));
    for (LedgerEntry entry : checkpoint.ledger()) {
      line(
          body,
          LEDGER,
          entry.table().schema(),
          entry.table().name(),
          entry.kind().name(),
          entry.part(),
          entry.content());
    }
    return LedgerText.of(List.of(MARK, Integer.toString(FORMAT), checksum(body.toString())))
        + "\n"
        + body;
  }

  private static void line(StringBuilder body, String... fields) {
    body.append(LedgerText.of(List.of(fields))).append('\n');
  }

  private static String checksum(String body) {
    CRC32C crc = new CRC32C();
    crc.update(body.getBytes(StandardCharsets.UTF_8));
    return String.format("%08x", crc.getValue());
  }

  static Read decode(String text) {
    int end = text.indexOf('\n');
    List<String> head = LedgerText.fields(end < 0 ? text : text.substring(0, end));
    if (!head.getFirst().equals(MARK)) {
      return MARK.startsWith(text) ? new Read.Damaged("it is cut off") : Read.Foreign.FOREIGN;
    }
    if (end < 0 || head.size() < 3) {
      return new Read.Damaged("it is cut off");
    }
    if (!head.get(1).equals(Integer.toString(FORMAT))) {
      return new Read.Newer(head.get(1));
    }
    String body = text.substring(end + 1);
    if (!head.get(2).equals(checksum(body))) {
      return new Read.Damaged("its checksum is " + head.get(2) + ", not " + checksum(body));
    }
    try {
      return new Read.Sound(new Facts(body).checkpoint());
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      // The checksum holds, so somebody has written it like this.
      return new Read.Damaged("it is not what this version writes");
    }
  }

  /** The lines of one text. */
  private static final class Facts {
    private final Map<String, List<String>> single = new TreeMap<>();
    private final Map<String, String> configuration = new TreeMap<>();
    private final List<LedgerEntry> ledger = new ArrayList<>();

    Facts(String body) {
      for (String line : body.split("\n")) {
        List<String> fields = LedgerText.fields(line);
        switch (fields.getFirst()) {
          case CONFIGURATION -> configuration.put(fields.get(1), fields.get(2));
          case LEDGER -> ledger.add(entry(fields));
          default -> single.put(fields.getFirst(), fields);
        }
      }
    }

    private static LedgerEntry entry(List<String> fields) {
      return new LedgerEntry(
          new TableId(fields.get(1), fields.get(2)),
          LedgerEntry.Kind.valueOf(fields.get(3)),
          fields.get(4),
          fields.get(5));
    }

    Checkpoint checkpoint() {
      List<String> feed = fact(FEED);
      List<String> position = fact(POSITION);
      return new Checkpoint(
          new FeedIdentity(
              feed.get(1),
              Long.parseUnsignedLong(feed.get(2)),
              Integer.parseUnsignedInt(feed.get(3)),
              feed.get(4)),
          new Position(
              Lsn.parse(position.get(1)), new Xid(Integer.parseUnsignedInt(position.get(2)))),
          Long.parseLong(fact(EPOCH).get(1)),
          configuration,
          ledger);
    }

    private List<String> fact(String name) {
      List<String> fields = single.get(name);
      if (fields == null) {
        throw new IllegalArgumentException("There is no line " + name);
      }
      return fields;
    }
  }
}
