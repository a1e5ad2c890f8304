package io.walferry.sinks.jsonlines;

import io.walferry.change.Lsn;
import io.walferry.change.Position;
import io.walferry.change.Xid;
import io.walferry.error.ErrorCode;
import io.walferry.error.WalferryException;
import io.walferry.json.JsonText;
import io.walferry.sink.Claim;
import io.walferry.sink.FeedIdentity;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The line that ends every commit: how far the lines before it have come, and of which feed. It is
 * read back as it was written, member by member in this order.
 *
 * @param feed whose position it is
 * @param loading whether the ledger says that rows of a load are missing, or not in step yet
 * @param ledger where the line of the ledger is, if there is one
 * @param epoch of the process that has written it; see {@link Claim}
 * @param part of files that follow one another, if there was or will be another one
 */
record PositionLine(
    Position position,
    FeedIdentity feed,
    boolean loading,
    Optional<Place> ledger,
    long epoch,
    Optional<FilePart> part) {
  /** Of lines that do not say it. */
  private static final long NO_EPOCH = -1;

  /** A line's place in the file, its end included. */
  record Place(long start, int length) {}

  /** Longer than any position line with names that PostgreSQL and a configuration allow. */
  static final int BYTES_MAX = 64 * 1024;

  /** How such a line starts, and no other: it is looked for after a line's end. */
  static final String START = "{\"op\":\"position\",";

  private static final int FORMAT = 1;

  private static final Pattern VERSION =
      Pattern.compile("\\{\"op\":\"position\",\"format\":(\\d{1,9}),");

  private static final Pattern LINE =
      Pattern.compile(
          "\\{\"op\":\"position\",\"format\":1,\"pipeline\":(\"(?:[^\"\\\\]|\\\\.)*+\"),"
              + "\"system_id\":\"(\\d{1,20})\",\"timeline\":(\\d{1,10}),"
              + "\"slot\":(\"(?:[^\"\\\\]|\\\\.)*+\"),\"state\":\"(loading|following)\","
              + "\"lsn\":\"([0-9A-F/]{3,17})\",\"xid\":(\\d{1,10})"
              + "(?:,\"ledger\":\\[(\\d{1,18}),(\\d{1,9})\\])?(?:,\"epoch\":(\\d{1,16}))?"
              + "(?:,\"file\":\\[(\\d{1,10}),(\\d{1,16})\\])?\\}");

  PositionLine takenOver(Claim claim) {
    return new PositionLine(position, feed, loading, ledger, claim.epoch(), part);
  }

  byte[] encode() {
    String line =
        START
            + "\"format\":"
            + FORMAT
            + ",\"pipeline\":"
            + JsonText.quoted(feed.pipeline())
            + ",\"system_id\":\""
            + Long.toUnsignedString(feed.systemId())
            + "\",\"timeline\":"
            + Integer.toUnsignedString(feed.timeline())
            + ",\"slot\":"
            + JsonText.quoted(feed.slot())
            + ",\"state\":\""
            + (loading ? "loading" : "following")
            + "\",\"lsn\":\""
            + position.endLsn()
            + "\",\"xid\":"
            + position.xid()
            + ledger.map(at -> ",\"ledger\":[" + at.start() + "," + at.length() + "]").orElse("")
            + ",\"epoch\":"
            + epoch
            + part.map(it -> ",\"file\":[" + it.number() + "," + it.firstLineSeconds() + "]")
                .orElse("")
            + "}\n";
    return line.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * What a line says.
   *
   * @throws WalferryException {@code DESTINATION_FORMAT} if it is newer or damaged
   */
  static PositionLine decode(String line, String file) {
    Matcher version = VERSION.matcher(line);
    Matcher matcher = LINE.matcher(line);
    if (matcher.matches()) {
      try {
        return decoded(matcher);
      } catch (IllegalArgumentException e) {
        throw new WalferryException(ErrorCode.DESTINATION_FORMAT, place(file) + " is damaged", e);
      }
    }
    boolean newer = version.lookingAt() && Integer.parseInt(version.group(1)) != FORMAT;
    throw new WalferryException(
        ErrorCode.DESTINATION_FORMAT,
        place(file)
            + (newer
                ? " has format " + version.group(1) + "; this version of Walferry knows " + FORMAT
                : " is damaged"));
  }

  private static String place(String file) {
    return "The last position line of " + file;
  }

  private static PositionLine decoded(Matcher matcher) {
    FeedIdentity feed =
        new FeedIdentity(
            JsonText.unquoted(matcher.group(1)),
            Long.parseUnsignedLong(matcher.group(2)),
            Integer.parseUnsignedInt(matcher.group(3)),
            JsonText.unquoted(matcher.group(4)));
    Xid xid = new Xid(Integer.parseUnsignedInt(matcher.group(7)));
    Optional<Place> ledger =
        Optional.ofNullable(matcher.group(8))
            .map(start -> new Place(Long.parseLong(start), Integer.parseInt(matcher.group(9))));
    boolean loading = matcher.group(5).equals("loading");
    if (loading && ledger.isEmpty()) {
      throw new IllegalArgumentException("It does not say what is missing of the load");
    }
    return new PositionLine(
        new Position(Lsn.parse(matcher.group(6)), xid),
        feed,
        loading,
        ledger,
        Optional.ofNullable(matcher.group(10)).map(Long::parseLong).orElse(NO_EPOCH),
        Optional.ofNullable(matcher.group(11))
            .map(
                number -> new FilePart(Long.parseLong(number), Long.parseLong(matcher.group(12)))));
  }
}
