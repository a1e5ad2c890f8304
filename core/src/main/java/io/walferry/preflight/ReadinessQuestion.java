package io.walferry.preflight;

import io.walferry.publication.RowFilters;
import io.walferry.publication.TablePattern;
import java.util.List;
import java.util.Optional;

/**
 * What the server is to be ready for.
 *
 * @param publication that the feed will use
 * @param slot that the feed uses or will use
 * @param failover whether the slot is to be kept on standbys
 * @param tables that the feed will carry; if there are none, those of the publication, or all
 * @param rowFilters that a publication which the feed makes will have
 */
public record ReadinessQuestion(
    Optional<String> publication,
    Optional<String> slot,
    boolean failover,
    List<TablePattern> tables,
    RowFilters rowFilters) {
  /** Whether the server is ready for any feed at all. */
  public static final ReadinessQuestion GENERAL =
      new ReadinessQuestion(Optional.empty(), Optional.empty(), List.of());

  public ReadinessQuestion {
    tables = List.copyOf(tables);
  }

  /** Of a feed whose slot is kept on standbys. */
  public ReadinessQuestion(
      Optional<String> publication, Optional<String> slot, List<TablePattern> tables) {
    this(publication, slot, true, tables);
  }

  /** Of a feed that wants every row of its tables. */
  public ReadinessQuestion(
      Optional<String> publication,
      Optional<String> slot,
      boolean failover,
      List<TablePattern> tables) {
    this(publication, slot, failover, tables, RowFilters.NONE);
  }
}
