package io.walferry.cli.config;

import io.walferry.pipeline.Predecessor;
import io.walferry.pipeline.Replacement;
import io.walferry.postgres.ConnectionSettings;
import io.walferry.publication.InvalidText;
import io.walferry.publication.RowFilters;
import io.walferry.stream.OutputOptions;
import java.util.List;
import java.util.Optional;

/**
 * Where changes come from.
 *
 * @param tables patterns such as {@code public.*}; empty for everything that the publication
 *     carries
 * @param create whether slot and publication are created if they are missing
 * @param failover whether a slot that is created is kept on standbys too, where the server can
 * @param upgradedFrom the server that this one was made of by {@code pg_upgrade}
 * @param output what the server is asked to send
 * @param invalidText what becomes of text that is not UTF-8
 * @param replaced what to do when a followed table is another one by now
 * @param where which rows a publication that is created carries
 */
public record SourceConfig(
    ConnectionSettings connection,
    String slot,
    String publication,
    List<String> tables,
    boolean create,
    boolean failover,
    Optional<Predecessor> upgradedFrom,
    OutputOptions output,
    InvalidText invalidText,
    Replacement replaced,
    RowFilters where) {
  static final boolean CREATE = true;
  public static final boolean FAILOVER = true;
  public static final InvalidText INVALID_TEXT = InvalidText.FAIL;
  public static final Replacement REPLACED = Replacement.FAIL;
  static final String SLOT_PREFIX = "walferry_";

  public SourceConfig {
    tables = List.copyOf(tables);
  }

  /** One that sends every row of its tables, all of it UTF-8. */
  public SourceConfig(
      ConnectionSettings connection,
      String slot,
      String publication,
      List<String> tables,
      boolean create,
      boolean failover,
      Optional<Predecessor> upgradedFrom,
      OutputOptions output) {
    this(
        connection,
        slot,
        publication,
        tables,
        create,
        failover,
        upgradedFrom,
        output,
        INVALID_TEXT,
        REPLACED,
        RowFilters.NONE);
  }

  /** Whether both connections name the same server, whatever the database. */
  public boolean isOnServerOf(SourceConfig other) {
    return FeedConflicts.shareServer(connection, other.connection());
  }
}
