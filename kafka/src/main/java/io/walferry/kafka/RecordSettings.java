package io.walferry.kafka;

import io.walferry.change.TableId;
import io.walferry.kafka.envelope.Envelope;
import io.walferry.kafka.envelope.EnvelopeSettings;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Which records there are, and what they look like.
 *
 * @param keys columns that make the key of a table's records, where it is not its primary key
 * @param tombstones whether a record without a value follows the one of a deleted row
 * @param truncates whether a TRUNCATE is told
 * @param messages whether logical messages are told, in the topic {@code {pipeline}.message}
 * @param headers that every record has
 * @param unavailable stands for a large value that an update left alone and nobody has sent
 * @param bytesMax how large a record may be, key and headers included
 */
public record RecordSettings(
    Envelope envelope,
    Map<TableId, List<String>> keys,
    boolean tombstones,
    boolean truncates,
    boolean messages,
    Map<String, String> headers,
    String unavailable,
    int bytesMax,
    TooLarge tooLarge) {
  /** What happens to a record that is larger than allowed. */
  public enum TooLarge {
    /** The feed stops. */
    FAIL,
    /**
     * The longest texts and byte strings of the row are cut; the header {@code walferry.truncated}
     * names their columns.
     */
    TRUNCATE,
    /** It goes to the topic of dead letters instead, in parts, and the feed goes on. */
    DEAD_LETTER
  }

  /** What a broker takes if nobody has told it otherwise, with what surrounds a record. */
  public static final int BYTES_MAX = 1 << 20;

  public static final RecordSettings DEFAULT =
      new RecordSettings(
          Envelope.DEBEZIUM,
          Map.of(),
          true,
          true,
          true,
          Map.of(),
          EnvelopeSettings.UNAVAILABLE,
          BYTES_MAX,
          TooLarge.FAIL);

  public RecordSettings {
    keys =
        keys.entrySet().stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    Map.Entry::getKey, entry -> List.copyOf(entry.getValue())));
    headers = Map.copyOf(headers);
  }

  public RecordSettings with(Envelope other) {
    return new RecordSettings(
        other, keys, tombstones, truncates, messages, headers, unavailable, bytesMax, tooLarge);
  }

  public RecordSettings withKeys(Map<TableId, List<String>> theirs) {
    return new RecordSettings(
        envelope,
        theirs,
        tombstones,
        truncates,
        messages,
        headers,
        unavailable,
        bytesMax,
        tooLarge);
  }

  public RecordSettings withoutTombstones() {
    return new RecordSettings(
        envelope, keys, false, truncates, messages, headers, unavailable, bytesMax, tooLarge);
  }

  public RecordSettings withoutTruncates() {
    return new RecordSettings(
        envelope, keys, tombstones, false, messages, headers, unavailable, bytesMax, tooLarge);
  }

  public RecordSettings withoutMessages() {
    return new RecordSettings(
        envelope, keys, tombstones, truncates, false, headers, unavailable, bytesMax, tooLarge);
  }

  public RecordSettings withHeaders(Map<String, String> theirs) {
    return new RecordSettings(
        envelope, keys, tombstones, truncates, messages, theirs, unavailable, bytesMax, tooLarge);
  }

  public RecordSettings withUnavailable(String text) {
    return new RecordSettings(
        envelope, keys, tombstones, truncates, messages, headers, text, bytesMax, tooLarge);
  }

  public RecordSettings withLimit(int most, TooLarge policy) {
    return new RecordSettings(
        envelope, keys, tombstones, truncates, messages, headers, unavailable, most, policy);
  }
}
