package io.walferry.checkpoint;

import io.walferry.change.Lsn;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/**
 * The position file of the Go library pglogrepl: {@code checksum/LSN}, as in {@code
 * 1234567890/0/16B2E58}. The checksum is of the configuration that the position belongs to.
 */
public record PglogreplPosition(long checksum, Lsn lsn) {
  private static final Pattern TEXT =
      Pattern.compile("\\s*(\\d{1,10})/([0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8})\\s*");

  /**
   * The configuration of pglogrepl that a position belongs to.
   *
   * @param tables without their schema; none stands for all of it
   */
  public record Configuration(
      String database, String schema, List<String> tables, String publication, String slot) {
    public Configuration {
      tables = List.copyOf(tables);
    }

    /** What a position file of this configuration begins with. */
    public long checksum() {
      String names =
          tables.isEmpty()
              ? "*"
              : tables.stream()
                  .map(table -> schema + "." + table)
                  .sorted()
                  .collect(Collectors.joining(","));
      CRC32 crc = new CRC32();
      crc.update(
          String.join(" ", database, schema, names, publication, slot)
              .getBytes(StandardCharsets.UTF_8));
      return crc.getValue();
    }
  }

  /** Empty if the text is something else. */
  public static Optional<PglogreplPosition> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new PglogreplPosition(Long.parseLong(matcher.group(1)), Lsn.parse(matcher.group(2))))
        : Optional.empty();
  }
}
